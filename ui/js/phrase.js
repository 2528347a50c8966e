// Counted words. A text carries "%n" where the number goes, and its plural forms side by side:
// "one|other", or "one|few|other" for languages with three.
// It knows no language by itself: the forms come from the server, the choice from the browser.

/**
 * @param {string} text
 * @param {number} n
 * @param {string} [lang]
 * @returns {string}
 */
export function phrase(text, n, lang = "en") {
  const forms = text.split("|").map((form) => form.trim());
  const kind = new Intl.PluralRules(lang).select(n);
  const order = forms.length > 2 ? ["one", "few"] : ["one"];
  const at = order.indexOf(kind);
  const form = forms[at === -1 ? forms.length - 1 : Math.min(at, forms.length - 1)];
  return form.replaceAll("%n", String(n));
}

/**
 * The same for a text that may lack a place for the number: then the number leads.
 * @param {string} text
 * @param {number} n
 * @param {string} [lang]
 */
export function counted(text, n, lang) {
  const said = phrase(text, n, lang);
  return text.includes("%n") ? said : `${n} ${said}`;
}
