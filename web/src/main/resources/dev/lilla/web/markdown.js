import {Marked} from 'marked';
import 'dompurify';
import {t} from './texts.js';

// Its small build has no exports; it leaves its name with the page.
const {DOMPurify} = globalThis;

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    // HTML of a model is text about HTML.
    html: ({text}) => escaped(text),
    // An image would be fetched from elsewhere, with whatever the model puts into its address.
    image: ({href, text}) => `<a href="${escaped(href)}">${escaped(text || href)}</a>`,
    checkbox: ({checked}) => (checked ? '☑ ' : '☐ '),
  },
});

const SAFE = {
  USE_PROFILES: {html: true},
  FORBID_TAGS: ['button', 'form', 'img', 'input', 'picture', 'select', 'source', 'style', 'textarea', 'video', 'audio'],
  FORBID_ATTR: ['style', 'id', 'name'],
  ALLOW_DATA_ATTR: false,
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#)/i,
  RETURN_DOM_FRAGMENT: true,
};

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>"']/g, found => `&#${found.charCodeAt(0)};`);
}

/**
 * The parts of a Markdown text: paragraphs, lists, code. While a text is written only the last one changes.
 *
 * @param {string} text
 * @returns {{key: string, draw: () => DocumentFragment}[]} equal keys look the same
 */
export function parts(text) {
  const tokens = marked.lexer(text);
  const links = Object.keys(tokens.links).length;
  return tokens.filter(token => token.type !== 'space' && token.type !== 'def').map(token => ({
    key: `${links} ${token.raw}`,
    draw: () => finished(DOMPurify.sanitize(marked.parser([token]), SAFE)),
  }));
}

/** @param {DocumentFragment} fragment */
function finished(fragment) {
  for (const link of fragment.querySelectorAll('a[href]')) {
    link.target = '_blank';
    link.rel = 'noopener noreferrer nofollow';
  }
  fragment.querySelectorAll('table').forEach(table => {
    const frame = document.createElement('div');
    frame.className = 'table-frame';
    frame.tabIndex = 0;
    table.replaceWith(frame);
    frame.append(table);
  });
  fragment.querySelectorAll('pre').forEach(frame);
  return fragment;
}

/** Puts a bar with the language and a button over a block of code. */
function frame(block) {
  const language = /language-(\S+)/.exec(block.querySelector('code')?.className ?? '')?.[1];
  const figure = document.createElement('div');
  figure.className = 'code';
  const bar = document.createElement('div');
  bar.className = 'code-bar';
  const label = document.createElement('span');
  label.textContent = language ?? '';
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'quiet copy-code';
  button.textContent = t('code.copy');
  bar.append(label, button);
  block.tabIndex = 0;
  block.setAttribute('role', 'region');
  block.setAttribute('aria-label', language ? t('code.labelled', {language}) : t('code.label'));
  block.replaceWith(figure);
  figure.append(bar, block);
}
