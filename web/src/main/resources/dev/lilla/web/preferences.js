/**
 * What the user chose for the whole page.
 *
 * @typedef {object} Preferences
 * @property {'light' | 'dark'} [theme] none for that of the system
 * @property {string} [language]
 * @property {string} [model] the one last chosen
 */

const STORED = 'lilla.preferences';
const KEY = 'lilla.key';

/** @type {Readonly<Preferences>} */
export let preferences = load();

function load() {
  try {
    return JSON.parse(localStorage.getItem(STORED) ?? '{}') ?? {};
  } catch {
    return {};
  }
}

/** @param {Preferences} changes */
export function remember(changes) {
  preferences = {...preferences, ...changes};
  try {
    localStorage.setItem(STORED, JSON.stringify(preferences));
  } catch {
    // A browser that keeps nothing; the choice holds for this page.
  }
}

/** @param {Preferences['theme']} theme none for that of the system */
export function setTheme(theme) {
  if (theme) {
    document.documentElement.dataset.theme = theme;
  } else {
    delete document.documentElement.dataset.theme;
  }
  remember({theme});
}

let key = '';

/** The API key, kept until the tab closes; empty for none. */
export function apiKey() {
  try {
    return sessionStorage.getItem(KEY) ?? key;
  } catch {
    return key;
  }
}

/** @param {string} value */
export function setApiKey(value) {
  key = value;
  try {
    sessionStorage.setItem(KEY, value);
  } catch {
    // It holds for this page.
  }
}
