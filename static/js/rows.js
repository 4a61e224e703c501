// A list of rows in a form grows by a button. Without this script the page shows a few empty rows, and more after saving.
// The list: <div id data-rows="prefix of the formset">rows, <template> of one with __prefix__ and __number__</div>.
for (const button of document.querySelectorAll("button[data-add-row]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const list = document.getElementById(button.dataset.addRow);
    const template = list.querySelector("template");
    const total = list.closest("form").elements[`${list.dataset.rows}-TOTAL_FORMS`];
    const row = template.innerHTML.replaceAll("__prefix__", total.value).replaceAll("__number__", Number(total.value) + 1);
    template.insertAdjacentHTML("beforebegin", row);
    total.value = Number(total.value) + 1;
    template.previousElementSibling.querySelector("select, input")?.focus();
  });
}
