import {html, nothing} from 'lit';
import {ChatSession} from './chat-session.js';
import './conversation-list.js';
import './conversation-view.js';
import {ConversationStore, newConversation} from './conversations.js';
import './failure-note.js';
import {icons} from './icons.js';
import './message-form.js';
import './model-picker.js';
import {PageElement} from './page-element.js';
import {preferences, remember, setTheme} from './preferences.js';
import {models, ServerFailure} from './server.js';
import './settings-dialog.js';
import {shortcut} from './shortcuts-dialog.js';
import {language, LANGUAGES, speak, t} from './texts.js';

const THEMES = [undefined, 'light', 'dark'];
const THEME_ICONS = [icons.half, icons.sun, icons.moon];
const SIDE_NAMES = ['A', 'B'];

/** The whole page: which conversation is shown, and what happens to it. */
class LillaApp extends PageElement {
  static properties = {
    session: {state: true, hasChanged: () => true},
    models: {state: true},
    failure: {state: true},
    isListOpen: {state: true},
    settingsSide: {state: true},
    announcement: {state: true},
  };

  #store = new ConversationStore();
  /** @type {Map<string, ChatSession>} by id of the conversation; one may write while another is shown */
  #sessions = new Map();

  constructor() {
    super();
    /** @type {import('./server.js').Model[] | undefined} */
    this.models = undefined;
    /** @type {import('./server.js').Failure | undefined} why there are no models */
    this.failure = undefined;
    this.isListOpen = false;
    this.settingsSide = 0;
    /** What screen readers are told. */
    this.announcement = '';
    this.#show(newConversation([{model: preferences.model ?? '', settings: {}}]));
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('keydown', event => this.#key(event));
    this.#store.open().then(() => this.requestUpdate());
    this.#findModels();
  }

  firstUpdated() {
    this.#focusField();
  }

  /** @returns {import('./conversations.js').Conversation} */
  get #conversation() {
    return this.session.conversation;
  }

  render() {
    return html`
      <a class="skip" href="#message" @click=${this.#skip}>${t('app.skip')}</a>
      <div class="frame" data-list=${this.isListOpen ? 'open' : 'closed'}>
        <aside id="list" aria-label=${t('list.title')}>
          <div class="brand"><span>lilla</span>
            <button type="button" class="quiet icon-only close-list" aria-label=${t('app.close')}
              @click=${this.#closeList}>${icons.close}</button></div>
          <conversation-list .conversations=${this.#store.all()} .current=${this.#conversation.id}
            .isLasting=${this.#store.isLasting} @open-conversation=${event => this.#open(event.detail)}
            @new-conversation=${event => this.#begin(event.detail)}
            @rename-conversation=${event => this.#save(event.detail)}
            @delete-conversation=${event => this.#delete(event.detail)}></conversation-list>
          ${this.#choices()}
        </aside>
        <div class="veil" @click=${this.#closeList}></div>
        <main>
          ${this.#header()}
          ${this.failure ? html`<failure-note class="banner" .failure=${this.failure}
            @retry=${this.#findModels}></failure-note>` : nothing}
          <conversation-view .conversation=${this.#conversation} @ask=${event => this.#ask(event.detail)}
            @ask-instead=${event => this.#askInstead(event.detail)}
            @regenerate=${event => this.session.regenerate(event.detail)}></conversation-view>
          <message-form .isWriting=${this.session.isWriting} @ask=${event => this.#ask(event.detail)}
            @stop=${() => this.session.stop()}></message-form>
        </main>
      </div>
      <settings-dialog .settings=${this.#conversation.sides[this.settingsSide].settings}
        .name=${this.#sideName(this.settingsSide)} @change-settings=${this.#changeSettings}></settings-dialog>
      <shortcuts-dialog></shortcuts-dialog>
      <div class="visually-hidden" role="status" aria-live="polite">${this.announcement}</div>`;
  }

  #header() {
    return html`<header class="top">
      <button type="button" class="quiet icon-only open-list" aria-label=${t('app.menu')} aria-controls="list"
        aria-expanded=${this.isListOpen} @click=${this.#openList}>${icons.menu}</button>
      <div class="sides" data-sides=${this.#conversation.sides.length}>
        ${this.#conversation.sides.map((side, index) => html`<model-picker .side=${side} .models=${this.models}
          .name=${this.#sideName(index)} @pick-model=${event => this.#pick(index, event.detail)}
          @open-settings=${() => this.#openSettings(index)}></model-picker>`)}
      </div>
      <button type="button" class="quiet icon-only begin" aria-label=${t('list.new')} title=${t('list.new')}
        @click=${() => this.#begin(1)}>${icons.plus}</button>
    </header>`;
  }

  #choices() {
    const theme = THEMES.indexOf(preferences.theme);
    const label = t(`theme.${preferences.theme ?? 'system'}`);
    return html`<div class="choices">
      <button type="button" class="quiet icon-only theme" aria-label=${label} title=${label}
        @click=${this.#nextTheme}>${THEME_ICONS[theme]}</button>
      <button type="button" class="quiet icon-only help" aria-label=${t('shortcuts.title')}
        title=${t('shortcuts.title')} @click=${this.#openShortcuts}>${icons.keyboard}</button>
      <select class="language" aria-label=${t('language.label')} @change=${event => speak(event.target.value)}>
        ${Object.entries(LANGUAGES).map(([code, {name}]) => html`<option value=${code} lang=${code}
          ?selected=${code === language()}>${name}</option>`)}
      </select>
    </div>`;
  }

  #sideName(index) {
    return this.#conversation.sides.length > 1 ? SIDE_NAMES[index] : '';
  }

  async #findModels() {
    try {
      this.models = await models();
      this.failure = undefined;
      // A conversation that nobody has begun goes to a model that is there.
      const isThere = name => this.models.some(({id}) => id === name);
      if (this.#conversation.turns.length === 0) {
        this.#conversation.sides.filter(side => !isThere(side.model))
          .forEach(side => (side.model = this.models[0]?.id ?? ''));
      }
    } catch (error) {
      this.failure = error instanceof ServerFailure ? error.failure : {kind: 'other', message: String(error)};
    }
    this.requestUpdate();
  }

  /** @param {import('./conversations.js').Conversation} conversation */
  #show(conversation) {
    const known = this.#sessions.get(conversation.id);
    this.session = known ?? new ChatSession(conversation, this.#store);
    if (!known) {
      this.#sessions.set(conversation.id, this.session);
      this.session.addEventListener('change', () => this.requestUpdate());
      this.session.addEventListener('answered', event => this.#announce(event.detail));
    }
    this.settingsSide = 0;
  }

  /** @param {import('./conversations.js').Answer} answer */
  #announce({model, text, state, failure}) {
    if (state === 'failed') {
      this.announcement = t('answer.failed', {message: t(`failure.${failure.kind}`)});
    } else {
      this.announcement = t('answer.finished', {model, text});
    }
    if (failure?.kind === 'unreachable' || failure?.kind === 'key') {
      return;
    }
    if (this.failure) {
      this.#findModels();
    }
  }

  #open(conversation) {
    this.#show(conversation);
    this.#closeList();
  }

  /** @param {number} count of sides */
  #begin(count) {
    const [first, second] = this.#conversation.sides;
    const others = this.models?.filter(({id}) => id !== first.model) ?? [];
    const other = second ?? {model: others[0]?.id ?? first.model, settings: others.length ? {} : first.settings};
    this.#show(newConversation([first, other].slice(0, count)));
    this.isListOpen = false;
    this.#focusField();
  }

  #ask(question) {
    const asked = this.session.ask(question);
    this.querySelector('conversation-view').follow();
    this.#store.save(this.#conversation).catch(() => {});
    this.requestUpdate();
    return asked;
  }

  #askInstead(question) {
    this.session.askInstead(question);
    this.#focusField();
  }

  async #save(conversation) {
    await this.#store.save(conversation).catch(() => {});
    this.requestUpdate();
  }

  async #delete(conversation) {
    this.#sessions.get(conversation.id)?.discard();
    this.#sessions.delete(conversation.id);
    await this.#store.delete(conversation.id).catch(() => {});
    if (conversation.id === this.#conversation.id) {
      this.#begin(conversation.sides.length);
    }
    this.requestUpdate();
  }

  #pick(index, model) {
    this.#conversation.sides[index].model = model;
    if (index === 0) {
      remember({model});
    }
    this.requestUpdate();
  }

  async #openSettings(index) {
    this.settingsSide = index;
    await this.updateComplete;
    const dialog = this.querySelector('settings-dialog');
    await dialog.updateComplete;
    dialog.open();
  }

  #changeSettings(event) {
    this.#conversation.sides[this.settingsSide].settings = event.detail;
    this.requestUpdate();
  }

  #openShortcuts() {
    this.querySelector('shortcuts-dialog').open();
  }

  #nextTheme() {
    setTheme(THEMES[(THEMES.indexOf(preferences.theme) + 1) % THEMES.length]);
    this.requestUpdate();
  }

  async #openList() {
    this.isListOpen = true;
    await this.updateComplete;
    this.querySelector('.close-list').focus();
  }

  #closeList() {
    if (this.isListOpen) {
      this.isListOpen = false;
      this.querySelector('.open-list').focus();
    }
  }

  #skip(event) {
    event.preventDefault();
    this.#focusField();
  }

  #focusField() {
    this.updateComplete.then(() => this.querySelector('message-form').focusField());
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const isInDialog = event.target instanceof Element && event.target.closest('dialog, [popover]');
    const wanted = shortcut(event);
    if (!wanted || isInDialog || event.defaultPrevented) {
      return;
    }
    const actions = {
      stop: () => (this.session.isWriting ? this.session.stop() : this.#closeList()),
      new: () => this.#begin(1),
      compare: () => this.#begin(2),
      search: () => this.#search(),
      message: () => this.#focusField(),
      regenerate: () => this.session.regenerate(),
      settings: () => this.#openSettings(0),
      help: () => this.#openShortcuts(),
    };
    event.preventDefault();
    actions[wanted]();
  }

  async #search() {
    this.isListOpen = true;
    await this.updateComplete;
    this.querySelector('conversation-list').focusSearch();
  }
}

customElements.define('lilla-app', LillaApp);
