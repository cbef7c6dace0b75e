import {preferences, remember} from './preferences.js';
import {english} from './texts-en.js';
import {swedish} from './texts-sv.js';

/** The page's languages: code to name and texts. */
export const LANGUAGES = {en: {name: 'English', texts: english}, sv: {name: 'Svenska', texts: swedish}};

/** Tells with `change` that another language is spoken. */
export const languages = new EventTarget();

let current = chosen();
document.documentElement.lang = current;

/** What was chosen before, else the first of the browser's languages that we speak. */
function chosen() {
  const wanted = [preferences.language, ...navigator.languages.map(tag => tag.slice(0, 2)), 'en'];
  return wanted.find(code => Object.hasOwn(LANGUAGES, code ?? ''));
}

/** @returns {string} the code of the language spoken */
export function language() {
  return current;
}

/** @param {string} code */
export function speak(code) {
  current = code;
  document.documentElement.lang = code;
  remember({language: code});
  languages.dispatchEvent(new Event('change'));
}

/**
 * A text in the language spoken.
 *
 * @param {keyof typeof english} key
 * @param {Record<string, string | number>} [values] what stands for `{name}` in it
 */
export function t(key, values = {}) {
  const text = LANGUAGES[current].texts[key];
  if (text === undefined) {
    throw new Error(`no text ${key} in ${current}`);
  }
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/**
 * A number as the language writes it.
 *
 * @param {number} value
 * @param {number} digits after the point
 */
export function number(value, digits = 0) {
  return value.toLocaleString(current, {maximumFractionDigits: digits, minimumFractionDigits: digits});
}
