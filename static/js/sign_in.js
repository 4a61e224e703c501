// A click on a demo account's name fills the form.
document.addEventListener("click", (event) => {
  const account = event.target.closest("[data-username]");
  if (!account) return;
  document.querySelector("[name=username]").value = account.dataset.username;
  document.querySelector("[name=password]").value = account.dataset.password;
  document.querySelector(".sign-in-form button[type=submit]").focus();
});
