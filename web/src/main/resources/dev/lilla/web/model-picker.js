import {html, nothing} from 'lit';
import {icons} from './icons.js';
import {LIVE, PageElement} from './page-element.js';
import {t} from './texts.js';

/**
 * Who answers, and how it is asked. Tells with `pick-model` (detail: a name) and `open-settings` what the user wants.
 */
class ModelPicker extends PageElement {
  static properties = {side: LIVE, models: {attribute: false}, name: {attribute: false}};

  constructor() {
    super();
    /** @type {import('./conversations.js').Side | undefined} */
    this.side = undefined;
    /** @type {import('./server.js').Model[] | undefined} none while we don't know */
    this.models = undefined;
    /** Which of two sides it is, `A` or `B`; empty for the only one. */
    this.name = '';
  }

  render() {
    const label = this.name ? t('model.labelSide', {side: this.name}) : t('model.label');
    const settings = this.name ? t('settings.titleSide', {side: this.name}) : t('settings.title');
    const isChanged = Object.keys(this.side.settings).length > 0;
    return html`<div class="model-picker">
      ${this.name ? html`<span class="side-name" aria-hidden="true">${this.name}</span>` : nothing}
      <select aria-label=${label} title=${label} @change=${this.#pick}>
        ${this.#options().map(({id, text}) => html`<option value=${id}>${text}</option>`)}
      </select>
      <button type="button" class="quiet icon-only settings" @click=${this.#open}
        aria-label=${isChanged ? `${settings} (${t('settings.changed')})` : settings} title=${settings}>
        ${icons.settings}${isChanged ? html`<span class="dot"></span>` : nothing}</button>
    </div>`;
  }

  updated() {
    // Only now are all options there that it may have to choose from.
    this.querySelector('select').value = this.side.model;
  }

  #options() {
    const {model} = this.side;
    const options = (this.models ?? []).map(({id}) => ({id, text: id}));
    if (!options.some(({id}) => id === model)) {
      const text = this.models ? t('model.missing', {model}) : model || t('model.loading');
      options.unshift({id: model, text});
    }
    return options;
  }

  #pick(event) {
    this.dispatchEvent(new CustomEvent('pick-model', {bubbles: true, detail: event.target.value}));
  }

  #open() {
    this.dispatchEvent(new CustomEvent('open-settings', {bubbles: true}));
  }
}

customElements.define('model-picker', ModelPicker);
