import type { TestDay } from './test-day.ts'

/** What a page of this person is sent until all these words were in it. Throws after `withinMs`. */
export async function readStream(
  day: TestDay,
  secret: string,
  words: readonly string[],
  withinMs = 30_000,
): Promise<string> {
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(withinMs)])
  const headers = { authorization: `Bearer ${secret}` }
  const answer = await fetch(`${day.url}/api/events`, { headers, signal })
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (words.every(word => text.includes(word))) break
  }
  over.abort()
  return text
}
