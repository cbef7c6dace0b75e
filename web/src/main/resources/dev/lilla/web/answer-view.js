import {html, nothing} from 'lit';
import {copy} from './clipboard.js';
import './failure-note.js';
import {icons} from './icons.js';
import './markdown-text.js';
import {LIVE, PageElement} from './page-element.js';
import {number, t} from './texts.js';

/** One answer: its text, how it ended, how fast it was. Tells with `regenerate` to have it made again. */
class AnswerView extends PageElement {
  static properties = {answer: LIVE, isLast: {attribute: false}, isCopied: {state: true}};

  constructor() {
    super();
    /** @type {import('./conversations.js').Answer | undefined} */
    this.answer = undefined;
    /** Whether nothing follows it, so that it can be made again. */
    this.isLast = false;
    this.isCopied = false;
  }

  render() {
    const {model, text, thought, state} = this.answer;
    return html`<article class="answer" aria-label=${t('answer.from', {model})} data-state=${state}
        aria-busy=${state === 'writing'}>
      <div class="speaker">${model}</div>
      ${thought ? html`<details class="thought"><summary>${t('answer.thought')}</summary><p>${thought}</p></details>`
        : nothing}
      <markdown-text .text=${text}></markdown-text>
      ${state === 'writing' ? html`<span class="cursor" aria-hidden="true"></span>` : this.#ending()}
    </article>`;
  }

  #ending() {
    const {state, finish, text, failure} = this.answer;
    return html`
      ${failure ? html`<failure-note .failure=${failure} @retry=${this.#regenerate}></failure-note>` : nothing}
      ${state === 'stopped' ? html`<p class="note">${t('answer.stopped')}</p>` : nothing}
      ${state === 'done' && finish === 'length' ? html`<p class="note">${t('answer.length')}</p>` : nothing}
      ${state === 'done' && !text.trim() ? html`<p class="note">${t('answer.nothing')}</p>` : nothing}
      <div class="answer-bar">
        ${text ? this.#button('copy', this.isCopied ? icons.check : icons.copy,
          this.isCopied ? t('answer.copied') : t('answer.copy'), this.#copy) : nothing}
        ${this.isLast ? this.#button('regenerate', icons.again, t('answer.regenerate'), this.#regenerate) : nothing}
        ${this.#timings()}
      </div>`;
  }

  #button(name, icon, label, click) {
    return html`<button type="button" class="quiet icon-only ${name}" aria-label=${label} title=${label}
      @click=${click}>${icon}</button>`;
  }

  #timings() {
    const {timings, firstMillis} = this.answer;
    if (!timings) {
      return nothing;
    }
    const explanation = t('answer.timings', {
      prompt: number(timings.prompt_n),
      read: number(timings.prompt_ms),
      cached: number(timings.cache_n),
      count: number(timings.predicted_n),
      written: number(timings.predicted_ms),
    });
    const parts = [t('answer.tokens', {count: number(timings.predicted_n)})];
    if (timings.predicted_per_second > 0) {
      const speed = timings.predicted_per_second;
      parts.push(t('answer.speed', {speed: number(speed, speed < 20 ? 1 : 0)}));
    }
    if (firstMillis !== undefined) {
      parts.push(t('answer.first', {time: duration(firstMillis)}));
    }
    return html`<span class="timings" title=${explanation}>${parts.join(' · ')}</span>`;
  }

  async #copy() {
    await copy(this.answer.text);
    this.isCopied = true;
    setTimeout(() => (this.isCopied = false), 2000);
  }

  #regenerate() {
    this.dispatchEvent(new CustomEvent('regenerate', {bubbles: true}));
  }
}

/** @param {number} millis */
function duration(millis) {
  return millis < 1000 ? t('answer.ms', {value: number(millis)}) : t('answer.s', {value: number(millis / 1000, 1)});
}

customElements.define('answer-view', AnswerView);
