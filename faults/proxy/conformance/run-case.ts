import type { Case, Place, Step } from './case.ts'
import { compare, type Received } from './compare.ts'
import type { ContestantName } from './contestant.ts'

/** Plays a case against a running server and compares each answer. */
export async function runCase(one: Case, place: Place, name: ContestantName): Promise<void> {
  for (const step of one.steps(place)) {
    const expected = name === 'ours' && step.ours ? step.ours.answer : step.answer
    compare(await send(place.url, step), expected, `${step.send} ${bodyOf(step) ?? ''}`)
  }
}

async function send(url: string, step: Step): Promise<Received> {
  const [method = 'GET', path = '/'] = step.send.split(' ')
  const answer = await fetch(`${url}${path}`, {
    method,
    body: bodyOf(step) ?? null,
    headers: { 'user-agent': 'conformance', ...step.headers },
    signal: AbortSignal.timeout(10_000),
  })
  return {
    status: answer.status,
    contentType: answer.headers.get('content-type') ?? '',
    headers: answer.headers,
    text: (await answer.text()).replace(/\n$/, ''),
  }
}

function bodyOf({ body }: Step): string | undefined {
  return body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
}
