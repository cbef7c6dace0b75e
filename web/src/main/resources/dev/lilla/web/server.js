import {events} from './event-stream.js';
import {apiKey} from './preferences.js';

/**
 * What went wrong, as far as it changes what the user can do about it.
 *
 * @typedef {'unreachable' | 'cut' | 'key' | 'busy' | 'context' | 'model' | 'other'} FailureKind
 * @typedef {{kind: FailureKind, message: string, seconds?: number}} Failure
 */

/** A request that has no answer. */
export class ServerFailure extends Error {
  /** @param {Failure} failure */
  constructor(failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/**
 * A model that can be asked.
 *
 * @typedef {{id: string, meta?: {n_ctx_train: number, n_params: number}}} Model
 */

/** @returns {Promise<Model[]>} */
export async function models() {
  const response = await request('/v1/models', {});
  return (await response.json()).data;
}

/**
 * How fast a text was read and written, as the server says it.
 *
 * @typedef {{cache_n: number, prompt_n: number, prompt_ms: number, predicted_n: number, predicted_ms: number,
 *     predicted_per_second: number}} Timings
 */

/**
 * The next turn of a conversation, in pieces.
 *
 * @param {object} body as `/v1/chat/completions` takes it
 * @param {AbortSignal} signal ends it
 * @returns {AsyncGenerator<{text?: string, thought?: string, finish?: string, timings?: Timings}>}
 */
export async function* chat(body, signal) {
  const response = await request('/v1/chat/completions', {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({...body, stream: true}),
    signal,
  });
  let isFinished = false;
  try {
    for await (const {event, data} of events(response.body)) {
      if (event === 'error') {
        throw new ServerFailure(named(500, JSON.parse(data).error, response));
      }
      if (data === '[DONE]') {
        return;
      }
      const chunk = JSON.parse(data);
      const choice = chunk.choices[0];
      isFinished ||= Boolean(choice?.finish_reason);
      yield {
        text: choice?.delta.content ?? undefined,
        thought: choice?.delta.reasoning_content ?? undefined,
        finish: choice?.finish_reason ?? undefined,
        timings: chunk.timings,
      };
    }
  } catch (error) {
    throw signal.aborted || error instanceof ServerFailure ? error : cut(error);
  }
  if (!isFinished) {
    throw cut(new Error('the stream ended without a reason'));
  }
}

/** @param {Error} error */
function cut(error) {
  return new ServerFailure({kind: 'cut', message: error.message});
}

/**
 * @param {string} path
 * @param {RequestInit} options
 */
async function request(path, options) {
  const key = apiKey();
  const headers = {...options.headers, ...(key ? {Authorization: `Bearer ${key}`} : {})};
  let response;
  try {
    response = await fetch(path, {...options, headers});
  } catch (error) {
    throw options.signal?.aborted ? error : new ServerFailure({kind: 'unreachable', message: error.message});
  }
  if (!response.ok) {
    const body = await response.json().catch(() => ({}));
    throw new ServerFailure(named(response.status, body.error, response));
  }
  return response;
}

/**
 * @param {number} status
 * @param {{message?: string, code?: string}} [error]
 * @param {Response} response
 * @returns {Failure}
 */
function named(status, error, response) {
  const message = error?.message ?? `HTTP ${status}`;
  if (status === 401) {
    return {kind: 'key', message};
  }
  if (status === 429) {
    return {kind: 'busy', message, seconds: Number(response.headers.get('Retry-After')) || 1};
  }
  if (error?.code === 'context_length_exceeded') {
    return {kind: 'context', message};
  }
  return {kind: error?.code === 'model_not_found' ? 'model' : 'other', message};
}
