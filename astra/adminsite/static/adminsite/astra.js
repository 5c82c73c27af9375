// What pages do by themselves: copy what stands beside a button, send a form whose choice is made, say
// what a field that finds records is for.
(() => {
  const DONE_FOR = 1500;

  // Where a page came over plain HTTP from another host, browsers have no clipboard for it.
  const copyFromAField = (text) => {
    const field = document.createElement("textarea");
    field.value = text;
    field.style.position = "fixed";
    document.body.append(field);
    field.select();
    const isCopied = document.execCommand("copy");
    field.remove();
    return isCopied;
  };

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyFromAField(text);
    }
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button || !(await copy(button.dataset.copy))) return;
    button.classList.add("astra-copied");
    setTimeout(() => button.classList.remove("astra-copied"), DONE_FOR);
  });
  // The widget names a field by what is chosen in it alone.
  const nameFields = () => {
    for (const field of document.querySelectorAll("select.admin-autocomplete")) {
      const label = document.querySelector(`label[for="${field.id}"]`)?.textContent.trim();
      const parts = field.nextElementSibling?.querySelectorAll("[role=combobox], [role=textbox]");
      for (const part of parts ?? []) part.setAttribute("aria-label", label || field.name);
    }
  };

  new MutationObserver(nameFields).observe(document, { childList: true, subtree: true });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });
})();
