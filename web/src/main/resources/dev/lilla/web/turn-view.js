import {html, nothing} from 'lit';
import './answer-view.js';
import {icons} from './icons.js';
import {LIVE, PageElement} from './page-element.js';
import {t} from './texts.js';

/**
 * A question and its answers, side by side if there are two. Tells with `ask-instead` (detail: a question) and
 * `regenerate` (detail: a side) what the user wants.
 */
class TurnView extends PageElement {
  static properties = {turn: LIVE, isLast: {attribute: false}, isEdited: {state: true}};

  constructor() {
    super();
    /** @type {import('./conversations.js').Turn | undefined} */
    this.turn = undefined;
    this.isLast = false;
    this.isEdited = false;
  }

  render() {
    const {answers} = this.turn;
    return html`<section class="turn">
      ${this.isEdited && this.isLast ? this.#editor() : this.#question()}
      <div class="answers" data-sides=${answers.length}>
        ${answers.map((answer, side) => html`<answer-view .answer=${answer} .isLast=${this.isLast}
          @regenerate=${event => this.#regenerate(event, side)}></answer-view>`)}
      </div>
    </section>`;
  }

  #question() {
    return html`<article class="question" aria-label=${t('turn.question')}>
      <div class="question-text">${this.turn.question}</div>
      ${this.isLast ? html`<button type="button" class="quiet icon-only edit" aria-label=${t('turn.edit')}
        title=${t('turn.edit')} @click=${this.#edit}>${icons.edit}</button>` : nothing}
    </article>`;
  }

  #editor() {
    return html`<form class="question-editor" @submit=${this.#resend} @keydown=${this.#key}>
      <textarea name="question" aria-label=${t('turn.editLabel')} rows="4" required
        .value=${this.turn.question}></textarea>
      <div class="row">
        <button type="button" class="outlined" @click=${this.#leave}>${t('dialog.cancel')}</button>
        <button class="filled">${t('turn.resend')}</button>
      </div>
    </form>`;
  }

  async #edit() {
    this.isEdited = true;
    await this.updateComplete;
    this.querySelector('textarea').focus();
  }

  async #leave() {
    this.isEdited = false;
    await this.updateComplete;
    this.querySelector('.edit')?.focus();
  }

  #key(event) {
    if (event.key === 'Escape') {
      event.stopPropagation();
      this.#leave();
    } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      event.currentTarget.requestSubmit();
    }
  }

  #resend(event) {
    event.preventDefault();
    const question = new FormData(event.target).get('question').trim();
    this.isEdited = false;
    this.dispatchEvent(new CustomEvent('ask-instead', {bubbles: true, detail: question}));
  }

  #regenerate(event, side) {
    event.stopPropagation();
    this.dispatchEvent(new CustomEvent('regenerate', {bubbles: true, detail: side}));
  }
}

customElements.define('turn-view', TurnView);
