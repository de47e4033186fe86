// What every page may use; without it each page still works.
(() => {
  document.addEventListener("click", (event) => {
    const copy = event.target.closest("[data-copy-link]");
    if (copy) {
      navigator.clipboard?.writeText(location.href);
      copy.setAttribute("data-done", "");
    }
    const print = event.target.closest("[data-print]");
    if (print) window.print();
    const opener = event.target.closest("[data-open-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.openDialog);
      if (dialog?.showModal) {
        event.preventDefault();
        dialog.showModal();
      }
    }
    const closer = event.target.closest("[data-close-dialog]");
    if (closer) closer.closest("dialog")?.close();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });
  // What htmx put in place of the page's middle begins at its top, for eyes and for screen readers.
  document.addEventListener("htmx:afterSettle", (event) => {
    const main = document.getElementById("main");
    if (event.detail.target === main || event.target === main) {
      const typing = document.activeElement?.matches("input[type=search]");
      if (!typing && document.activeElement === document.body) main.focus({ preventScroll: true });
    }
  });
})();
