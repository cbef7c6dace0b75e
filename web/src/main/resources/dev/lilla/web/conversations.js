import {isDemo} from './demo-prompts.js';

/**
 * How a model is asked; what is missing is as its makers want it.
 *
 * @typedef {object} Settings
 * @property {string} [system] said before the conversation
 * @property {number} [temperature]
 * @property {number} [topP]
 * @property {number} [topK]
 * @property {number} [maxTokens]
 * @property {number} [seed]
 */

/**
 * Who answers: one side in a chat, two where answers are compared.
 *
 * @typedef {{model: string, settings: Settings}} Side
 */

/**
 * An answer, or what there is of it.
 *
 * @typedef {object} Answer
 * @property {string} model
 * @property {string} text
 * @property {string} [thought] what the model thought before; no part of the conversation
 * @property {'writing' | 'done' | 'stopped' | 'failed'} state
 * @property {string} [finish] `stop` or `length`
 * @property {import('./server.js').Failure} [failure]
 * @property {number} [firstMillis] from the question to the first piece of text or thought
 * @property {import('./server.js').Timings} [timings]
 */

/** @typedef {{question: string, answers: Answer[]}} Turn one answer a side */

/**
 * @typedef {object} Conversation
 * @property {string} id
 * @property {string} title empty until there is a question
 * @property {number} changed milliseconds since 1970
 * @property {Side[]} sides
 * @property {Turn[]} turns
 */

/**
 * @param {Side[]} sides
 * @returns {Conversation}
 */
export function newConversation(sides) {
  return {id: newId(), title: '', changed: Date.now(), sides: structuredClone(sides), turns: []};
}

/** Unlike `randomUUID`, this is there without https, too. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * What a side is sent: the conversation as far as it was answered, and the last question. The demo models were trained
 * on single questions, so they are sent the last one alone.
 *
 * @param {Conversation} conversation
 * @param {number} side
 */
export function messages(conversation, side) {
  const {model, settings: {system}} = conversation.sides[side];
  const sent = system ? [{role: 'system', content: system}] : [];
  conversation.turns.forEach(({question, answers}, index) => {
    const isLast = index === conversation.turns.length - 1;
    const text = answers[side]?.text;
    if (isLast) {
      sent.push({role: 'user', content: question});
    } else if (text && !isDemo(model)) {
      sent.push({role: 'user', content: question}, {role: 'assistant', content: text});
    }
  });
  return sent;
}

/** @param {string} question */
export function titleOf(question) {
  const line = question.replace(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

/**
 * @param {Conversation} conversation
 * @param {string} words
 */
export function matches(conversation, words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) {
    return true;
  }
  const text = [conversation.title, ...conversation.turns.flatMap(turn =>
    [turn.question, ...turn.answers.map(answer => answer.text)])].join('\n').toLowerCase();
  return wanted.every(word => text.includes(word));
}

const DATABASE = 'lilla';
const TABLE = 'conversations';

/** The conversations of this browser, in IndexedDB; without one, those of this page. */
export class ConversationStore {
  /** @type {Map<string, Conversation>} */
  #known = new Map();
  /** @type {IDBDatabase | undefined} */
  #database;

  /** Whether conversations outlive the page. */
  get isLasting() {
    return this.#database !== undefined;
  }

  async open() {
    try {
      const opening = indexedDB.open(DATABASE, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE, {keyPath: 'id'});
      this.#database = await settled(opening);
      for (const conversation of await settled(this.#table().getAll())) {
        this.#known.set(conversation.id, conversation);
        interrupt(conversation);
      }
    } catch {
      this.#database = undefined;
    }
  }

  /** @returns {Conversation[]} the newest first */
  all() {
    return [...this.#known.values()].sort((a, b) => b.changed - a.changed);
  }

  /** @param {Conversation} conversation */
  async save(conversation) {
    this.#known.set(conversation.id, conversation);
    if (this.#database) {
      await this.#change(table => table.put(conversation));
    }
  }

  /** @param {string} id */
  async delete(id) {
    this.#known.delete(id);
    if (this.#database) {
      await this.#change(table => table.delete(id));
    }
  }

  #table() {
    return this.#database.transaction(TABLE, 'readonly').objectStore(TABLE);
  }

  /**
   * Ends when the change is on the disk, so that neither the browser's end nor the machine's loses it.
   *
   * @param {(table: IDBObjectStore) => void} change
   * @returns {Promise<void>}
   */
  #change(change) {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(TABLE, 'readwrite', {durability: 'strict'});
      transaction.oncomplete = () => resolve();
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
      change(transaction.objectStore(TABLE));
    });
  }
}

/** Answers that were being written when the page closed will not go on. */
function interrupt(conversation) {
  for (const answer of conversation.turns.flatMap(turn => turn.answers)) {
    if (answer.state === 'writing') {
      answer.state = 'stopped';
    }
  }
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
