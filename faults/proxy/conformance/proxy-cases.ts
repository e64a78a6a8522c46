import { badBody, type Case, created, failure, gone, ok } from './case.ts'

const loopback = /^127\.0\.0\.1:\d+$/
const listen = '127.0.0.1:0'

export const proxyCases: readonly Case[] = [
  {
    title: 'a proxy is created, listed, shown and deleted',
    steps: ({ name, upstream }) => {
      const proxy = { name, listen: loopback, upstream, enabled: true, toxics: [] }
      return [
        { send: 'POST /proxies', body: { name, listen, upstream }, answer: created(proxy) },
        { send: 'GET /proxies', answer: ok({ [name]: proxy }) },
        { send: `GET /proxies/${name}`, answer: ok(proxy) },
        { send: `DELETE /proxies/${name}`, answer: gone },
        { send: `GET /proxies/${name}`, answer: failure(404, 'proxy not found') },
      ]
    },
  },
  {
    title: 'a null field means its default, as Ruby sends it',
    steps: ({ name, upstream }) => [
      {
        send: 'POST /proxies',
        body: { name, listen: 'localhost:0', upstream, enabled: null, toxics: null },
        answer: created({ name, listen: /^(127\.0\.0\.1|\[::1\]):\d+$/, enabled: true }),
      },
    ],
  },
  {
    title: 'a proxy without listen takes a free port',
    steps: ({ name, upstream }) => [
      {
        send: 'POST /proxies',
        body: { name, upstream },
        answer: created({ listen: /^\[::\]:\d+$/ }),
        ours: { answer: created({ listen: loopback }), differs: 'loopback-default' },
      },
    ],
  },
  {
    title: 'a disabled proxy is created without listening',
    steps: ({ name, upstream }) => [
      {
        send: 'POST /proxies',
        body: { name, listen, upstream, enabled: false },
        answer: created({ enabled: false }),
      },
    ],
  },
  {
    title: 'a second proxy of a name is a conflict',
    steps: ({ name, upstream }) => [
      { send: 'POST /proxies', body: { name, listen, upstream }, answer: created() },
      {
        send: 'POST /proxies',
        body: { name, listen, upstream },
        answer: failure(409, 'proxy already exists'),
      },
    ],
  },
  {
    title: 'required fields of a proxy are named when missing',
    steps: ({ name, upstream }) => [
      {
        send: 'POST /proxies',
        body: { upstream },
        answer: failure(400, 'missing required field: name'),
      },
      {
        send: 'POST /proxies',
        body: { name: '', upstream },
        answer: failure(400, 'missing required field: name'),
      },
      {
        send: 'POST /proxies',
        body: { name },
        answer: failure(400, 'missing required field: upstream'),
      },
    ],
  },
  {
    title: 'a body that is no proxy is refused',
    steps: ({ name, upstream }) => [
      { send: 'POST /proxies', body: '{', answer: badBody() },
      { send: 'POST /proxies', body: '', answer: failure(400, 'bad request body: EOF') },
      { send: 'POST /proxies', body: [], answer: badBody() },
      {
        send: 'POST /proxies',
        body: { name: 3, upstream },
        answer: badBody(/Go struct field Proxy\.name/),
        ours: { answer: badBody(/name: /), differs: 'go-words' },
      },
      {
        send: 'POST /proxies',
        body: { name, listen, upstream, enabled: 'yes' },
        answer: badBody(/enabled/),
      },
    ],
  },
  {
    title: 'what follows the JSON value of a body',
    steps: ({ name, upstream }) => [
      {
        send: 'POST /proxies',
        body: `${JSON.stringify({ name, listen, upstream })}]junk`,
        answer: created(),
        ours: { answer: badBody(), differs: 'one-document' },
      },
    ],
  },
  {
    title: 'an unknown field of a proxy',
    steps: ({ name, upstream }) => [
      {
        send: 'POST /proxies',
        body: { name, listen, upstream, enabeld: false },
        answer: created({ enabled: true }),
        ours: { answer: badBody(/enabeld: /), differs: 'unknown-fields' },
      },
    ],
  },
  {
    title: 'a malformed address',
    steps: ({ name, upstream }) => [
      {
        send: 'POST /proxies',
        body: { name, listen: 'nonsense', upstream },
        answer: failure(500, 'listen tcp: address nonsense: missing port in address'),
        ours: { answer: badBody(/listen: /), differs: 'addresses' },
      },
      {
        send: 'POST /proxies',
        body: { name, listen, upstream: 'nonsense' },
        answer: created({ upstream: 'nonsense' }),
        ours: { answer: badBody(/upstream: /), differs: 'addresses' },
      },
    ],
  },
  {
    title: 'an address in use is a server error with its cause, and leaves no proxy',
    steps: ({ name, upstream }) => [
      {
        send: 'POST /proxies',
        body: { name, listen: upstream, upstream },
        answer: failure(500, `listen tcp ${upstream}: bind: address already in use`),
      },
      { send: `GET /proxies/${name}`, answer: failure(404, 'proxy not found') },
    ],
  },
  ...(['PATCH', 'POST'] as const).map(
    (method): Case => ({
      title: `${method} disables, enables and re-targets a proxy`,
      steps: ({ name, upstream }) => [
        { send: 'POST /proxies', body: { name, listen, upstream }, answer: created() },
        {
          send: `${method} /proxies/${name}`,
          body: { enabled: false },
          answer: ok({ name, listen: loopback, upstream, enabled: false, toxics: [] }),
        },
        {
          send: `${method} /proxies/${name}`,
          body: { enabled: true },
          answer: ok({ enabled: true }),
        },
        {
          send: `${method} /proxies/${name}`,
          body: { upstream: '127.0.0.1:1' },
          answer: ok({ upstream: '127.0.0.1:1' }),
        },
        { send: `${method} /proxies/${name}`, body: {}, answer: ok({ upstream: '127.0.0.1:1' }) },
        { send: `${method} /proxies/${name}`, body: 'x', answer: badBody() },
        {
          send: `${method} /proxies/${name}-not`,
          body: {},
          answer: failure(404, 'proxy not found'),
        },
      ],
    }),
  ),
  {
    title: 'a proxy is not renamed',
    steps: ({ name, upstream }) => [
      { send: 'POST /proxies', body: { name, listen, upstream }, answer: created() },
      { send: `PATCH /proxies/${name}`, body: { name, enabled: true }, answer: ok({ name }) },
      {
        send: `PATCH /proxies/${name}`,
        body: { name: `${name}-other` },
        answer: ok({ name }),
        ours: { answer: badBody(/name: /), differs: 'identity-fixed' },
      },
    ],
  },
  {
    title: 'what a proxy answers may be sent back as an update',
    steps: ({ name, upstream }) => [
      { send: 'POST /proxies', body: { name, listen, upstream }, answer: created() },
      {
        send: `POST /proxies/${name}`,
        body: {
          name,
          listen,
          upstream,
          enabled: true,
          toxics: [{ type: 'latency', name: 'x', stream: 'upstream', toxicity: 1, attributes: {} }],
          counters: { open: 0, connections: 0, bytes: 0 },
          Logger: {},
        },
        answer: ok({ name, toxics: [] }),
      },
    ],
  },
  {
    title: 'what an answer tells beyond the order',
    steps: ({ name, upstream }) => [
      {
        send: 'POST /proxies',
        body: { name, listen, upstream },
        answer: created({ Logger: {} }),
        ours: {
          answer: created({ counters: { open: 0, connections: 0, bytes: 0 } }),
          differs: 'more-in-answers',
        },
      },
    ],
  },
  {
    title: 'an unknown proxy is not found by any call',
    steps: ({ name }) => [
      { send: `GET /proxies/${name}`, answer: failure(404, 'proxy not found') },
      { send: `DELETE /proxies/${name}`, answer: failure(404, 'proxy not found') },
      { send: `GET /proxies/${name}/toxics`, answer: failure(404, 'proxy not found') },
      { send: `POST /proxies/${name}/toxics`, body: {}, answer: failure(404, 'proxy not found') },
      { send: `GET /proxies/${name}/toxics/x`, answer: failure(404, 'proxy not found') },
      { send: `DELETE /proxies/${name}/toxics/x`, answer: failure(404, 'proxy not found') },
    ],
  },
]
