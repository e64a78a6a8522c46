import { type Case, failure, ok, text } from './case.ts'

const notFound = { status: 404, contentType: text, body: '404 page not found' }
const notAllowed = { status: 405 }

export const serverCases: readonly Case[] = [
  {
    title: 'the version is told',
    steps: () => [
      {
        send: 'GET /version',
        answer: {
          status: 200,
          contentType: 'application/json; charset=utf-8',
          body: { version: 'git' },
        },
        ours: {
          answer: {
            status: 200,
            contentType: 'application/json; charset=utf-8',
            body: { version: /^2\.12\.0\+lab\./ },
          },
          differs: 'version',
        },
      },
    ],
  },
  {
    title: 'an unknown path is not found; a known one with another method is not allowed',
    steps: () => [
      { send: 'GET /nope', answer: notFound },
      { send: 'GET /', answer: notFound },
      { send: 'GET /proxies/', answer: notFound },
      { send: 'PUT /proxies', answer: notAllowed },
      { send: 'DELETE /proxies', answer: notAllowed },
      { send: 'GET /reset', answer: notAllowed },
      { send: 'GET /populate', answer: notAllowed },
      { send: 'POST /version', answer: notAllowed },
    ],
  },
  {
    title:
      'each call of a known path is answered with an id of its own, and errors are not sniffed',
    steps: ({ name }) => {
      const id = 'x-toxiproxy-request-id'
      const sniff = 'x-content-type-options'
      const known = { [id]: /^[0-9a-v]{20}$/ }
      return [
        { send: 'GET /version', answer: { status: 200, headers: { ...known, [sniff]: null } } },
        {
          send: `GET /proxies/${name}`,
          answer: { status: 404, headers: { ...known, [sniff]: 'nosniff' } },
        },
        {
          send: 'GET /proxies',
          headers: { 'user-agent': 'Mozilla/5.0' },
          answer: { status: 403, headers: { ...known, [sniff]: 'nosniff' } },
        },
        { send: 'GET /nope', answer: { status: 404, headers: { [id]: null, [sniff]: 'nosniff' } } },
        { send: 'PUT /proxies', answer: { status: 405, headers: { [id]: null, [sniff]: null } } },
      ]
    },
  },
  {
    title: 'a browser is refused',
    steps: () => [
      {
        send: 'GET /proxies',
        headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' },
        answer: { status: 403, contentType: text, body: 'User agent not allowed' },
      },
      {
        send: 'GET /proxies',
        headers: { 'user-agent': 'curl/8', origin: 'http://evil.example' },
        answer: ok(),
        ours: { answer: failure(403, /Origin/), differs: 'foreign-origin' },
      },
    ],
  },
]
