// Small manners of every page. All of it is comfort: each page works without.

// Menus made of <details> close by Escape and by a click elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  const drawer = document.getElementById("nav-toggle");
  if (drawer) drawer.checked = false;
});

// A form marked data-guard warns before typed text is lost.
const changedForms = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) changedForms.add(form);
});
document.addEventListener("submit", (event) => changedForms.delete(event.target));
window.addEventListener("beforeunload", (event) => {
  if (changedForms.size > 0) event.preventDefault();
});

// A button marked data-once is not pressed twice.
document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("button[data-once]")) {
    setTimeout(() => { button.disabled = true; });
  }
});

// The box in a table's header chooses every row of the page; data-chosen-count shows how many are chosen.
function showChosen(scope) {
  const boxes = [...scope.querySelectorAll("[data-choose]")];
  const chosen = boxes.filter((box) => box.checked).length;
  for (const place of document.querySelectorAll("[data-chosen-count]")) place.textContent = String(chosen);
  const all = scope.querySelector("[data-choose-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
}
document.addEventListener("change", (event) => {
  const table = event.target.closest("table");
  if (!table) return;
  if (event.target.matches("[data-choose-all]")) {
    for (const box of table.querySelectorAll("[data-choose]")) box.checked = event.target.checked;
  }
  if (event.target.matches("[data-choose], [data-choose-all]")) showChosen(table);
});

// Filters are remembered for the browser session; leaving a list and coming back finds it as it was.
const filterKey = "filters:" + location.pathname;
function rememberFilters() {
  if (document.querySelector("form[data-filters]")) sessionStorage.setItem(filterKey, location.search);
}
function recallFilters() {
  const remembered = sessionStorage.getItem(filterKey);
  if (!document.querySelector("form[data-filters]")) return;
  const isTold = document.querySelector(".messages")?.childElementCount > 0; // what was just done would be lost with the page
  if (location.search === "" && remembered && !isTold) location.replace(location.pathname + remembered);
  else rememberFilters();
}
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-filters-reset]")) sessionStorage.removeItem(filterKey);
});
document.addEventListener("htmx:pushedIntoHistory", rememberFilters);

// A table that fits its page scrolls with it and keeps its header under the bar; a wider one scrolls in its region.
function fitTables() {
  for (const region of document.querySelectorAll("[data-table-region]")) {
    const table = region.querySelector("table");
    region.classList.toggle("is-fitting", table.scrollWidth <= region.clientWidth + 1);
  }
}
window.addEventListener("resize", fitTables);
document.addEventListener("htmx:afterSettle", fitTables);

// A click on a digest copies it without the gaps.
document.addEventListener("click", (event) => {
  const digest = event.target.closest("[data-copy]");
  if (digest && navigator.clipboard && String(getSelection()) === "") navigator.clipboard.writeText(digest.dataset.copy);
});

// A button marked data-print prints the page.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

recallFilters();
fitTables();
document.querySelector("[data-error-summary]")?.focus();
