import {html, nothing} from 'lit';
import {PageElement} from './page-element.js';
import {apiKey, setApiKey} from './preferences.js';
import {t} from './texts.js';

/** @typedef {import('./server.js').Failure} Failure */

/** Says what went wrong and what to do, with a field where a key is missing. Tells with `retry` to try again. */
class FailureNote extends PageElement {
  static properties = {failure: {attribute: false}};

  constructor() {
    super();
    /** @type {Failure | undefined} */
    this.failure = undefined;
  }

  render() {
    const {kind, message} = this.failure;
    return html`<div class="failure" data-kind=${kind}>
      <strong>${t(`failure.${kind}`)}</strong>
      ${this.#explanation()}
      ${kind === 'key' ? this.#keyForm() : nothing}
      ${kind === 'context' || kind === 'other' || kind === 'model'
        ? html`<p class="detail">${t('failure.details', {message})}</p>` : nothing}
      ${kind === 'key' || kind === 'context' ? nothing
        : html`<button type="button" class="outlined retry" @click=${this.#retry}>${t('app.retry')}</button>`}
    </div>`;
  }

  #explanation() {
    const {kind, seconds} = this.failure;
    return kind === 'other' ? nothing : html`<p>${t(`failure.${kind}Text`, {seconds})}</p>`;
  }

  #keyForm() {
    return html`<form class="key-form" @submit=${this.#useKey}>
      ${apiKey() ? html`<p>${t('failure.keyWrong')}</p>` : nothing}
      <label>${t('failure.keyLabel')}
        <input type="password" name="key" autocomplete="off" required spellcheck="false"></label>
      <button class="filled">${t('failure.keySave')}</button>
    </form>`;
  }

  #useKey(event) {
    event.preventDefault();
    setApiKey(new FormData(event.target).get('key').trim());
    this.#retry();
  }

  #retry() {
    this.dispatchEvent(new CustomEvent('retry', {bubbles: true}));
  }
}

customElements.define('failure-note', FailureNote);
