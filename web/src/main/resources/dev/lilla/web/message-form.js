import {html} from 'lit';
import {icons} from './icons.js';
import {PageElement} from './page-element.js';
import {t} from './texts.js';

/** Where messages are written. Tells with `ask` (detail: the message) and `stop` what the user wants. */
class MessageForm extends PageElement {
  static properties = {isWriting: {attribute: false}};

  constructor() {
    super();
    /** Whether an answer is being written, which can be stopped. */
    this.isWriting = false;
  }

  render() {
    return html`<form class="message-form" @submit=${this.#submit}>
      <textarea id="message" rows="1" aria-label=${t('form.label')} aria-describedby="message-hint"
        placeholder=${t('form.placeholder')} @keydown=${this.#key} @input=${this.#grow}></textarea>
      ${this.isWriting
        ? html`<button type="button" class="filled icon-only stop" aria-label=${t('form.stop')} title=${t('form.stop')}
            @click=${this.#stop}>${icons.stop}</button>`
        : html`<button class="filled icon-only send" aria-label=${t('form.send')} title=${t('form.send')}>
            ${icons.send}</button>`}
    </form>
    <p class="hint" id="message-hint">${t('form.hint')}</p>`;
  }

  get #field() {
    return this.querySelector('textarea');
  }

  focusField() {
    this.#field?.focus();
  }

  #key(event) {
    // Enter that ends a word of an input method is not meant for us.
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.querySelector('form').requestSubmit();
    }
  }

  #submit(event) {
    event.preventDefault();
    const message = this.#field.value.trim();
    if (message && !this.isWriting) {
      this.#field.value = '';
      this.#grow();
      this.dispatchEvent(new CustomEvent('ask', {bubbles: true, detail: message}));
    }
  }

  #stop() {
    this.dispatchEvent(new CustomEvent('stop', {bubbles: true}));
    this.focusField();
  }

  /** Makes the field as high as its text, up to what the style sheet allows. */
  #grow() {
    const field = this.#field;
    // A style of an element set by script is no inline style to the content security policy.
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight}px`;
  }
}

customElements.define('message-form', MessageForm);
