import {html, nothing} from 'lit';
import {LIVE, PageElement} from './page-element.js';
import './turn-view.js';
import './welcome-view.js';

/** How close to the end counts as being there, in pixels. */
const NEAR_END = 60;

/** All that was said. Follows what is written unless the user has scrolled away from the end. */
class ConversationView extends PageElement {
  static properties = {conversation: LIVE};

  #followsEnd = true;
  #shown = '';

  constructor() {
    super();
    /** @type {import('./conversations.js').Conversation | undefined} */
    this.conversation = undefined;
    this.addEventListener('scroll', () => {
      this.#followsEnd = this.scrollHeight - this.scrollTop - this.clientHeight < NEAR_END;
    }, {passive: true});
    this.addEventListener('ask', () => (this.#followsEnd = true));
  }

  render() {
    const {turns, sides} = this.conversation;
    return html`<div class="turns" data-sides=${sides.length}>
      ${turns.length === 0 ? html`<welcome-view .sides=${sides}></welcome-view>` : nothing}
      ${turns.map((turn, index) => html`<turn-view .turn=${turn} .isLast=${index === turns.length - 1}></turn-view>`)}
    </div>`;
  }

  /** Goes to the end, and stays there as it moves. */
  follow() {
    this.#followsEnd = true;
    this.#toEnd();
  }

  updated() {
    if (this.conversation.id !== this.#shown) {
      this.#shown = this.conversation.id;
      this.#followsEnd = this.conversation.turns.length > 0;
    }
    this.#toEnd();
  }

  async #toEnd() {
    await this.updateComplete;
    // The parts of this one draw in microtasks of their own.
    requestAnimationFrame(() => {
      if (this.#followsEnd && this.conversation.turns.length > 0) {
        this.scrollTop = this.scrollHeight;
      }
    });
  }
}

customElements.define('conversation-view', ConversationView);
