import { type AnswerBody, readBody } from './answer-body.ts'

/** An answer; its body is empty when it is not JSON, and the text is all there is. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: AnswerBody
  readonly text: string
}

interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>
}

const giveUpMs = 10_000
/** Calm weather on a busy machine: what is tried here is not the deadline. */
const deadlineMs = 8_000

/** A client of the service over real HTTP; `token` and `cookie` are sent along when set. */
export class Client {
  readonly url: string
  token: string | undefined
  cookie: string | undefined
  csrf: string | undefined

  constructor(url: string) {
    this.url = url
  }

  get(path: string, options?: RequestOptions): Promise<Answer> {
    return this.send('GET', path, undefined, options)
  }

  post(path: string, body?: unknown, options?: RequestOptions): Promise<Answer> {
    return this.send('POST', path, body, options)
  }

  put(path: string, body?: unknown, options?: RequestOptions): Promise<Answer> {
    return this.send('PUT', path, body, options)
  }

  patch(path: string, body?: unknown, options?: RequestOptions): Promise<Answer> {
    return this.send('PATCH', path, body, options)
  }

  delete(path: string, options?: RequestOptions): Promise<Answer> {
    return this.send('DELETE', path, undefined, options)
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    { headers = {} }: RequestOptions = {},
  ): Promise<Answer> {
    const answer = await fetch(new URL(path, this.url), {
      method,
      headers: {
        'x-deadline-ms': `${deadlineMs}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
        ...(this.cookie !== undefined && { cookie: this.cookie }),
        ...(this.csrf !== undefined && { 'x-csrf-token': this.csrf }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(giveUpMs),
      redirect: 'manual',
    })
    const text = await answer.text()
    const { status, headers: told } = answer
    const isJson = text !== '' && /json/.test(told.get('content-type') ?? '')
    return { status, headers: told, text, body: readBody(isJson ? text : '{}') }
  }
}
