import {html} from 'lit';

/** @param {string} path of a drawing of 24 × 24 */
const drawn = path => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${path}></path></svg>`;

export const icons = {
  menu: drawn('M4 7h16M4 12h16M4 17h10'),
  close: drawn('M6 6l12 12M18 6L6 18'),
  plus: drawn('M12 5v14M5 12h14'),
  columns: drawn('M4 5h16v14H4zM12 5v14'),
  search: drawn('M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15.5 15.5L20 20'),
  settings: drawn('M4 8h9M17 8h3M4 16h3M11 16h9M15 6v4M9 14v4'),
  send: drawn('M12 19V5M6 11l6-6 6 6'),
  stop: drawn('M7 7h10v10H7z'),
  copy: drawn('M9 9h10v10H9zM15 9V5H5v10h4'),
  check: drawn('M5 12.5l4.5 4.5L19 7.5'),
  again: drawn('M19 12a7 7 0 1 1-2.2-5.1M19 4v4h-4'),
  edit: drawn('M5 19h3.5L19 8.5 15.5 5 5 15.5z'),
  more: drawn('M6 12h.01M12 12h.01M18 12h.01'),
  sun: drawn('M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M18.4 5.6L17 7M7 17l-1.4 1.4'),
  moon: drawn('M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z'),
  half: drawn('M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16'),
  keyboard: drawn('M3 7h18v10H3zM7 10.5h.01M11 10.5h.01M15 10.5h.01M18 10.5h.01M8 14h8'),
};
