import {copy} from './clipboard.js';
import {parts} from './markdown.js';
import {t} from './texts.js';

/** A Markdown text that may grow: parts that have not changed stay as they are, selections in them included. */
class MarkdownText extends HTMLElement {
  #text = '';
  /** @type {string[]} */
  #keys = [];

  constructor() {
    super();
    this.addEventListener('click', event => {
      const button = event.target.closest('.copy-code');
      if (button) {
        this.#copy(button);
      }
    });
  }

  get text() {
    return this.#text;
  }

  set text(value) {
    if (value === this.#text) {
      return;
    }
    this.#text = value;
    const wanted = parts(value);
    wanted.forEach(({key, draw}, index) => {
      if (this.#keys[index] === key) {
        return;
      }
      const part = document.createElement('div');
      part.append(draw());
      if (this.children[index]) {
        this.children[index].replaceWith(part);
      } else {
        this.append(part);
      }
    });
    while (this.children.length > wanted.length) {
      this.lastElementChild.remove();
    }
    this.#keys = wanted.map(({key}) => key);
  }

  async #copy(button) {
    await copy(button.closest('.code').querySelector('pre').textContent.replace(/\n$/, ''));
    button.textContent = t('code.copied');
    setTimeout(() => (button.textContent = t('code.copy')), 2000);
  }
}

customElements.define('markdown-text', MarkdownText);
