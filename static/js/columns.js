// Choice of columns: <details data-columns-of="table id">. What is left out is remembered per table in this browser.
function storageKey(tableId) {
  return "columns:" + tableId;
}

function leftOut(tableId) {
  try {
    return new Set(JSON.parse(localStorage.getItem(storageKey(tableId)) || "[]"));
  } catch {
    return new Set();
  }
}

function applyColumns(table) {
  const hidden = leftOut(table.id);
  for (const cell of table.querySelectorAll("[data-column]")) {
    cell.classList.toggle("is-left-out", hidden.has(cell.dataset.column));
  }
}

function toggleColumn(table, name, isShown) {
  const hidden = leftOut(table.id);
  if (isShown) hidden.delete(name);
  else hidden.add(name);
  localStorage.setItem(storageKey(table.id), JSON.stringify([...hidden]));
  applyColumns(table);
}

function columnBox(table, header, hidden) {
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.className = "form-check-input";
  box.checked = !hidden.has(header.dataset.column);
  box.addEventListener("change", () => toggleColumn(table, header.dataset.column, box.checked));
  label.append(box, header.textContent.trim());
  return label;
}

function offerColumns(choice) {
  const table = document.getElementById(choice.dataset.columnsOf);
  if (!table) return;
  const hidden = leftOut(table.id);
  const headers = [...table.querySelectorAll("thead [data-column]")].slice(1).filter((header) => header.textContent.trim());
  choice.querySelector(".menu-panel").replaceChildren(...headers.map((header) => columnBox(table, header, hidden)));
  choice.hidden = false;
  applyColumns(table);
}

function offerAllColumns() {
  for (const choice of document.querySelectorAll("[data-columns-of]")) offerColumns(choice);
}

offerAllColumns();
document.addEventListener("htmx:afterSettle", offerAllColumns);
