import {LitElement} from 'lit';
import {languages} from './texts.js';

/**
 * A component whose content is part of the page's own tree, so that one style sheet and one set of ids serve all. It
 * is drawn again when the language changes.
 */
export class PageElement extends LitElement {
  #draw = () => this.requestUpdate();

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    languages.addEventListener('change', this.#draw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    languages.removeEventListener('change', this.#draw);
  }
}

/** How a property is declared that holds a live object: whoever draws it draws its parts. */
export const LIVE = {attribute: false, hasChanged: () => true};
