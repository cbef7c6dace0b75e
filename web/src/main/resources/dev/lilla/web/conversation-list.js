import {html, nothing} from 'lit';
import {repeat} from 'lit-html/directives/repeat.js';
import {matches} from './conversations.js';
import {downloadJson} from './download.js';
import {icons} from './icons.js';
import {LIVE, PageElement} from './page-element.js';
import {t} from './texts.js';

/** @typedef {import('./conversations.js').Conversation} Conversation */

/**
 * The conversations of this browser. Tells with `open-conversation`, `rename-conversation`, `delete-conversation`
 * (detail: a conversation) and `new-conversation` (detail: the number of sides) what the user wants.
 */
class ConversationList extends PageElement {
  static properties = {
    conversations: LIVE,
    current: {attribute: false},
    isLasting: {attribute: false},
    words: {state: true},
    renamed: {state: true},
  };

  constructor() {
    super();
    /** @type {Conversation[]} */
    this.conversations = [];
    /** @type {string} id of the one that is shown */
    this.current = '';
    this.isLasting = true;
    this.words = '';
    /** @type {string | undefined} id of the one whose title is being written */
    this.renamed = undefined;
  }

  render() {
    const found = this.conversations.filter(conversation => matches(conversation, this.words));
    return html`<div class="list-tools">
      <button type="button" class="filled new" @click=${() => this.#tell('new-conversation', 1)}>
        ${icons.plus}<span>${t('list.new')}</span></button>
      <button type="button" class="outlined compare" @click=${() => this.#tell('new-conversation', 2)}>
        ${icons.columns}<span>${t('list.compare')}</span></button>
      <label class="search">${icons.search}<input type="search" aria-label=${t('list.search')}
        placeholder=${t('list.search')} .value=${this.words}
        @input=${event => (this.words = event.target.value)}></label>
    </div>
    ${found.length === 0 ? html`<p class="note" role="status">${this.conversations.length === 0
      ? t('list.none') : t('list.notFound', {words: this.words})}</p>` : nothing}
    <ul class="conversations">
      ${repeat(found, conversation => conversation.id, conversation => html`<li
        data-current=${conversation.id === this.current}>${conversation.id === this.renamed
          ? this.#renaming(conversation) : this.#entry(conversation)}</li>`)}
    </ul>
    ${this.isLasting ? nothing : html`<p class="note">${t('list.forgetful')}</p>`}`;
  }

  #entry(conversation) {
    const title = conversation.title || t('list.untitled');
    const menu = `menu-${conversation.id}`;
    return html`<button type="button" class="quiet entry" title=${title}
        aria-current=${conversation.id === this.current ? 'true' : nothing}
        @click=${() => this.#tell('open-conversation', conversation)}>
        ${conversation.sides.length > 1 ? icons.columns : nothing}<span>${title}</span></button>
      <button type="button" class="quiet icon-only more" popovertarget=${menu}
        aria-label=${t('list.actions', {title})} @click=${event => place(event.currentTarget)}>${icons.more}</button>
      <div class="menu" id=${menu} popover @click=${event => event.currentTarget.hidePopover()}>
        <button type="button" class="quiet" @click=${() => this.#rename(conversation)}>${t('list.rename')}</button>
        <button type="button" class="quiet" @click=${() => downloadJson(title, conversation)}>${t('list.export')}
        </button>
        <button type="button" class="quiet danger" @click=${() => this.#delete(conversation, title)}>
          ${t('list.delete')}</button>
      </div>`;
  }

  #renaming(conversation) {
    const leave = () => (this.renamed = undefined);
    const keep = event => {
      event.preventDefault();
      const title = new FormData(event.currentTarget).get('title').trim();
      this.renamed = undefined;
      if (title) {
        conversation.title = title;
        this.#tell('rename-conversation', conversation);
      }
    };
    return html`<form class="renaming" @submit=${keep}
        @keydown=${event => event.key === 'Escape' && (event.stopPropagation(), leave())}>
      <input name="title" aria-label=${t('list.newTitle')} .value=${conversation.title} maxlength="200">
      <button class="quiet icon-only" aria-label=${t('dialog.save')}>${icons.check}</button>
      <button type="button" class="quiet icon-only" aria-label=${t('dialog.cancel')} @click=${leave}>${icons.close}
      </button>
    </form>`;
  }

  focusSearch() {
    this.querySelector('input[type=search]').focus();
  }

  async #rename(conversation) {
    this.renamed = conversation.id;
    await this.updateComplete;
    this.querySelector('.renaming input').select();
  }

  #delete(conversation, title) {
    if (confirm(t('list.deleteSure', {title}))) {
      this.#tell('delete-conversation', conversation);
    }
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, {bubbles: true, detail}));
  }
}

/** Puts the menu of a button below it, or above it where there is no room. */
function place(button) {
  const menu = document.getElementById(button.getAttribute('popovertarget'));
  const {bottom, top, right} = button.getBoundingClientRect();
  const isLow = bottom + 150 > innerHeight;
  menu.style.inset = isLow ? `auto auto ${innerHeight - top}px auto` : `${bottom}px auto auto auto`;
  menu.style.left = `${Math.max(8, right - 170)}px`;
}

customElements.define('conversation-list', ConversationList);
