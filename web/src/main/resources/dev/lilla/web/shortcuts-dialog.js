import {html} from 'lit';
import {icons} from './icons.js';
import {PageElement} from './page-element.js';
import {t} from './texts.js';

/** Shortcuts for the whole page: Alt+Shift with a key that browsers and readers leave alone. */
const SHORTCUTS = {
  KeyN: 'new',
  KeyC: 'compare',
  KeyS: 'search',
  KeyM: 'message',
  KeyR: 'regenerate',
  KeyO: 'settings',
  KeyK: 'help',
};

/**
 * What a key asks for.
 *
 * @param {KeyboardEvent} event
 * @returns {string | undefined} a name of [SHORTCUTS], or `stop`
 */
export function shortcut(event) {
  if (event.key === 'Escape' && !event.isComposing) {
    return 'stop';
  }
  return event.altKey && event.shiftKey && !event.ctrlKey && !event.metaKey ? SHORTCUTS[event.code] : undefined;
}

/** The list of shortcuts. */
class ShortcutsDialog extends PageElement {
  render() {
    return html`<dialog aria-labelledby="shortcuts-title">
      <header class="row">
        <h2 id="shortcuts-title">${t('shortcuts.title')}</h2>
        <button type="button" class="quiet icon-only" aria-label=${t('app.close')}
          @click=${() => this.querySelector('dialog').close()}>${icons.close}</button>
      </header>
      <dl class="shortcuts">
        ${line(['Enter'], 'send')} ${line(['Shift', 'Enter'], 'line')} ${line(['Esc'], 'stop')}
        ${Object.entries(SHORTCUTS).map(([code, name]) => line(['Alt', 'Shift', code.slice(3)], name))}
      </dl>
    </dialog>`;
  }

  open() {
    this.querySelector('dialog').showModal();
  }
}

function line(keys, name) {
  return html`<div><dt>${keys.map(key => html`<kbd>${key}</kbd>`)}</dt><dd>${t(`shortcuts.${name}`)}</dd></div>`;
}

customElements.define('shortcuts-dialog', ShortcutsDialog);
