import {html} from 'lit';
import {demoPrompts, isDemo} from './demo-prompts.js';
import {LIVE, PageElement} from './page-element.js';
import {language, t} from './texts.js';

/** What stands where nothing was said yet. Tells with `ask` (detail: an example) what the user tries. */
class WelcomeView extends PageElement {
  static properties = {sides: LIVE};

  constructor() {
    super();
    /** @type {import('./conversations.js').Side[]} */
    this.sides = [];
  }

  render() {
    const isCompare = this.sides.length > 1;
    const demo = this.sides.map(side => side.model).find(isDemo);
    const kind = isCompare ? 'compare' : 'chat';
    return html`<div class="welcome">
      <h1>${demo && !isCompare ? t('demo.title') : t(`${kind}.empty`)}</h1>
      <p>${demo && !isCompare ? t('demo.text', {model: demo}) : t(`${kind}.emptyText`)}</p>
      ${demo ? this.#examples() : ''}
    </div>`;
  }

  #examples() {
    return html`<div class="examples">
      ${demoPrompts(language()).map(({task, text, prompt}) => html`<button type="button" class="example"
        @click=${() => this.#ask(prompt)}><strong>${task}</strong><span>${text}</span></button>`)}
    </div>
    <p class="note">${t('demo.footnote')}</p>`;
  }

  #ask(prompt) {
    this.dispatchEvent(new CustomEvent('ask', {bubbles: true, detail: prompt}));
  }
}

customElements.define('welcome-view', WelcomeView);
