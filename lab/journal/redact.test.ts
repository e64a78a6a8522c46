import { expect, test } from 'vitest'
import { learnSecrets } from '../base/secrets.ts'
import { Redactor } from './redact.ts'

const secret = 'hunter2-s3cr3t'

const hiding: Readonly<Record<string, object>> = {
  'in a member called accessToken': { accessToken: secret },
  'in a member called PGPASSWORD': { env: { PGPASSWORD: secret } },
  'in a list of set-cookie': { headers: { 'set-cookie': [`sid=${secret}; Path=/`, secret] } },
  'below a member called cookies': { cookies: { sid: secret } },
  'behind Bearer in a text': { text: `sent authorization: Bearer ${secret}, got 401` },
  'in a line of a header': { text: `> Cookie: sid=${secret}; theme=dark` },
  "as a URL's password": { url: `postgres://lab:${secret}@127.0.0.1/db` },
  'as an assignment in a text': { text: `PGPASSWORD=${secret} psql failed` },
  'in JSON within JSON': { text: `{"body":"{\\"api_key\\":\\"${secret}\\"}"}` },
  'in JSON within a text': { text: `body {"refresh_token":"${secret}"}` },
}

test.each(Object.entries(hiding))('hides a secret %s', (_, value) => {
  const { line, value: redacted } = new Redactor().redact(value)
  expect(line).not.toContain(secret)
  expect(line).toMatch(/\[redacted:[0-9a-f]{12}\]/)
  expect(redacted).toEqual(JSON.parse(line))
})

test('hides a known secret wherever it is, also one that JSON must escape', () => {
  const known = 'kn"own-4711'
  expect(new Redactor().redact({ note: `it said ${known}` }).line).toContain('4711')
  learnSecrets({ SMTP_PASSWORD: known, DATABASE_URL: 'postgres://lab:url-pass-99@h/db' })
  for (const note of [`it said ${known}`, 'so did url-pass-99.']) {
    expect(new Redactor().redact({ note }).line).not.toMatch(/4711|url-pass-99/)
  }
})

test('what could be an ordinary word is never learnt', () => {
  learnSecrets({ POSTGRES_PASSWORD: 'postgres', PWD: '/home/me/project' })
  const value = { label: 'kill(postgres)', file: '/home/me/project/a.ts' }
  expect(new Redactor().redact(value).value).toBe(value)
})

test('equal secrets stay equal and unequal ones unequal, whole or within a text', () => {
  const redactor = new Redactor()
  const masks = Array.from({ length: 10_000 }, (_, n) => redactor.redact({ token: `t${n}` }).line)
  expect(new Set(masks).size).toBe(10_000)
  const { value } = redactor.redact({ token: secret, text: `Bearer ${secret}` })
  expect(value.text).toBe(`Bearer ${value.token}`)
  expect(new Redactor().redact({ token: secret }).value.token).not.toBe(value.token)
})

test('numbers, names that only mention a secret, and plain texts stay as they are', () => {
  const value = { tokens: 5, tokenCount: '7', compass: 'north', passed: true, text: 'at 12:30' }
  expect(new Redactor().redact(value).value).toBe(value)
})

test('what is redacted already is not redacted again', () => {
  const redactor = new Redactor()
  const { value, line } = redactor.redact({ password: secret, text: `token=${secret}` })
  expect(redactor.redact(value).line).toBe(line)
})
