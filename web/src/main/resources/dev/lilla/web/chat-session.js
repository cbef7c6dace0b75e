import {messages, titleOf} from './conversations.js';
import {chat, ServerFailure} from './server.js';

/** @typedef {import('./conversations.js').Conversation} Conversation */
/** @typedef {import('./conversations.js').Answer} Answer */
/** @typedef {import('./conversations.js').Settings} Settings */

/**
 * A conversation at work: asks, stops, asks again. Tells with `change` that something is new, with `answered` that an
 * answer has come to its end.
 */
export class ChatSession extends EventTarget {
  /** @type {Map<Answer, AbortController>} */
  #writing = new Map();
  #store;
  #isDiscarded = false;

  /**
   * @param {Conversation} conversation
   * @param {import('./conversations.js').ConversationStore} store
   */
  constructor(conversation, store) {
    super();
    this.conversation = conversation;
    this.#store = store;
  }

  get isWriting() {
    return this.#writing.size > 0;
  }

  /** @param {string} question */
  async ask(question) {
    this.stop();
    this.conversation.title ||= titleOf(question);
    this.conversation.turns.push({question, answers: []});
    await this.#answerAll();
  }

  /** Puts another question in the place of the last one. */
  async askInstead(question) {
    this.stop();
    const dropped = this.conversation.turns.pop();
    if (dropped && this.conversation.title === titleOf(dropped.question)) {
      this.conversation.title = '';
    }
    await this.ask(question);
  }

  /** Has the last question answered again: on all sides, or on one. */
  async regenerate(side) {
    if (this.conversation.turns.length === 0) {
      return;
    }
    if (side === undefined) {
      this.stop();
      await this.#answerAll();
    } else {
      this.#writing.get(this.conversation.turns.at(-1).answers[side])?.abort();
      await this.#answer(side);
    }
  }

  stop() {
    this.#writing.forEach(controller => controller.abort());
  }

  async #answerAll() {
    await Promise.all(this.conversation.sides.map((_, side) => this.#answer(side)));
  }

  /** Ends it for good: nothing of it is stored any more. */
  discard() {
    this.#isDiscarded = true;
    this.stop();
  }

  /** @param {number} side */
  async #answer(side) {
    const {model, settings} = this.conversation.sides[side];
    /** @type {Answer} */
    const answer = {model, text: '', state: 'writing'};
    const body = {model, messages: messages(this.conversation, side), ...fields(settings)};
    this.conversation.turns.at(-1).answers[side] = answer;
    this.conversation.changed = Date.now();
    const controller = new AbortController();
    this.#writing.set(answer, controller);
    this.#tell('change');
    try {
      await this.#read(answer, chat(body, controller.signal));
      answer.state = 'done';
    } catch (error) {
      if (controller.signal.aborted) {
        answer.state = 'stopped';
      } else if (error instanceof ServerFailure) {
        answer.state = 'failed';
        answer.failure = error.failure;
      } else {
        answer.state = 'failed';
        answer.failure = {kind: 'other', message: String(error)};
      }
    } finally {
      this.#writing.delete(answer);
    }
    this.dispatchEvent(new CustomEvent('answered', {detail: answer}));
    this.#tell('change');
    if (!this.#isDiscarded) {
      await this.#store.save(this.conversation).catch(() => {});
    }
  }

  /** @param {ReturnType<typeof chat>} pieces */
  async #read(answer, pieces) {
    const begin = performance.now();
    for await (const {text, thought, finish, timings} of pieces) {
      if (thought) {
        answer.firstMillis ??= performance.now() - begin;
        answer.thought = (answer.thought ?? '') + thought;
      }
      if (text) {
        answer.firstMillis ??= performance.now() - begin;
        answer.text += text;
      }
      answer.finish = finish ?? answer.finish;
      answer.timings = timings ?? answer.timings;
      this.#tell('change');
    }
  }

  #tell(type) {
    this.dispatchEvent(new Event(type));
  }
}

/** @param {Settings} settings */
function fields({temperature, topP, topK, maxTokens, seed}) {
  // JSON leaves out what is undefined.
  return {temperature, top_p: topP, top_k: topK, max_tokens: maxTokens, seed};
}
