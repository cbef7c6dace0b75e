import {html} from 'lit';
import {live} from 'lit-html/directives/live.js';
import {icons} from './icons.js';
import {PageElement} from './page-element.js';
import {t} from './texts.js';

/** @typedef {import('./conversations.js').Settings} Settings */

/** Fields of numbers, with what the server takes. */
const NUMBERS = [
  {field: 'temperature', min: 0, max: 2, step: 'any'},
  {field: 'topP', min: 0, max: 1, step: 'any'},
  {field: 'topK', min: 0, max: 2147483647, step: 1},
  {field: 'maxTokens', min: 1, max: 2147483647, step: 1},
  // Larger ones would lose digits on their way through JavaScript.
  {field: 'seed', min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, step: 1},
];

/** Where the settings of a side are changed. Tells with `change-settings` (detail: the settings) of a change. */
class SettingsDialog extends PageElement {
  static properties = {settings: {attribute: false}, name: {attribute: false}};

  constructor() {
    super();
    /** @type {Settings} */
    this.settings = {};
    this.name = '';
  }

  render() {
    const title = this.name ? t('settings.titleSide', {side: this.name}) : t('settings.title');
    return html`<dialog class="drawer" aria-labelledby="settings-title" @click=${this.#outside}>
      <form @submit=${this.#finish}>
        <header class="row">
          <h2 id="settings-title">${title}</h2>
          <button type="button" class="quiet icon-only" aria-label=${t('app.close')} @click=${this.#close}>
            ${icons.close}</button>
        </header>
        <p class="note">${t('settings.explain')}</p>
        <label>${t('settings.system')}
          <textarea name="system" rows="5" .value=${live(this.settings.system ?? '')}
            aria-describedby="help-system"></textarea></label>
        <p class="help" id="help-system">${t('settings.systemHelp')}</p>
        ${NUMBERS.map(number => this.#number(number))}
        <div class="row">
          <button type="button" class="outlined" @click=${this.#reset}>${t('settings.reset')}</button>
          <button class="filled">${t('dialog.done')}</button>
        </div>
      </form>
    </dialog>`;
  }

  #number({field, min, max, step}) {
    return html`<label class="number">${t(`settings.${field}`)}
      <input type="number" name=${field} min=${min} max=${max} step=${step} placeholder=${t('settings.unset')}
        inputmode=${step === 1 ? 'numeric' : 'decimal'} aria-describedby=${`help-${field}`}
        .value=${live(this.settings[field]?.toString() ?? '')}></label>
    <p class="help" id=${`help-${field}`}>${t(`settings.${field}Help`)}</p>`;
  }

  open() {
    this.#dialog.showModal();
  }

  get #dialog() {
    return this.querySelector('dialog');
  }

  #outside(event) {
    if (event.target === this.#dialog) {
      this.#close();
    }
  }

  /** Keeps what was written, if it can be: who closes the drawer need not have found its button. */
  #close() {
    if (this.querySelector('form').checkValidity()) {
      this.#keep();
    }
    this.#dialog.close();
  }

  #finish(event) {
    event.preventDefault();
    this.#keep();
    this.#dialog.close();
  }

  #reset() {
    this.querySelectorAll('input, textarea').forEach(field => (field.value = ''));
    this.#keep();
  }

  #keep() {
    const fields = new FormData(this.querySelector('form'));
    /** @type {Settings} */
    const settings = {};
    const system = fields.get('system').trim();
    if (system) {
      settings.system = system;
    }
    for (const {field} of NUMBERS) {
      if (fields.get(field) !== '') {
        settings[field] = Number(fields.get(field));
      }
    }
    this.dispatchEvent(new CustomEvent('change-settings', {bubbles: true, detail: settings}));
  }
}

customElements.define('settings-dialog', SettingsDialog);
