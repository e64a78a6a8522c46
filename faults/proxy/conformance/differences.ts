export interface Difference {
  readonly toxiproxy: string
  readonly ours: string
  readonly because: string
}

/**
 * Every deliberate difference from Toxiproxy 2.12.0. Each is shown by a case or a test that names
 * its id and asserts both sides; the table in docs/proxy.md is checked against this list.
 */
export const differences = {
  'unknown-fields': {
    toxiproxy: 'ignores fields and attributes it does not know',
    ours: '400 with the name of the field',
    because: 'a misspelt `latenci` is a fault that never happens, and a test that proves nothing',
  },
  ranges: {
    toxiproxy: 'accepts toxicity 5, negative latency and rate −1 (which ends the process)',
    ours: '400 with the name of the field',
    because: 'no input may kill the process or mean something else than it says',
  },
  'slicer-size': {
    toxiproxy: 'accepts `slicer` without `average_size`; the next byte ends the process',
    ours: '400: `attributes.average_size` is required',
    because: 'there is no sensible size to assume',
  },
  'one-document': {
    toxiproxy: 'reads the first JSON value of a body and ignores what follows',
    ours: '400',
    because: 'a body that is not one JSON value was cut or glued together on its way',
  },
  'stream-case': {
    toxiproxy: 'takes `stream` in any case of letters and repeats it so, in the name it makes too',
    ours: 'takes it so, and answers in lower case',
    because: 'one direction with two names is found by neither',
  },
  'identity-fixed': {
    toxiproxy: 'ignores a changed `name`, `type` or `stream` in an update',
    ours: '400; repeating the same value is fine',
    because: 'answering 200 to a change that was not made is a lie',
  },
  addresses: {
    toxiproxy: '500 for a malformed `listen`; any text as `upstream`',
    ours: '400 with the name of the field, for both',
    because: 'it is the caller’s mistake, and better told now than on the first connection',
  },
  'names-in-paths': {
    toxiproxy:
      'accepts names that no later call can reach: with a slash, `.`, `..`; makes `\ufffd` of half a surrogate pair',
    ours: '400',
    because: 'a proxy that cannot be deleted is a leak',
  },
  'loopback-default': {
    toxiproxy: 'without `listen`, and for `:PORT`, listens on all interfaces',
    ours: 'listens on 127.0.0.1; other addresses must be written out',
    because: 'a test tool should not open a database to the network by omission',
  },
  'populate-enabled': {
    toxiproxy: 'ignores `enabled` for a proxy that exists already',
    ours: 'obeys it; without the field the proxy stays as it is',
    because: 'the caller said it',
  },
  'populate-toxics': {
    toxiproxy:
      'ignores `toxics` when a proxy is created, by `/proxies`, `/populate` or config file',
    ours: 'creates them with the proxy, before its first connection',
    because: 'asked for since issues 79 and 447; without it the first connections escape the fault',
  },
  'populate-empty': {
    toxiproxy: 'answers `{"proxies": null}` to an empty list',
    ours: '`{"proxies": []}`',
    because: 'a list is a list; null breaks clients that iterate',
  },
  'go-words': {
    toxiproxy: 'names Go’s types in `bad request body: …`',
    ours: 'names the field (`attributes.latency: …`)',
    because: 'the reader wrote JSON, not Go; the prefix is the same',
  },
  'foreign-origin': {
    toxiproxy: 'refuses the user agent `Mozilla/…` alone',
    ours: 'refuses any `Origin`, and without a token any `Host` that is not loopback, too',
    because: 'a web page may send any user agent through fetch, and rebind its name to 127.0.0.1',
  },
  'more-in-answers': {
    toxiproxy: 'answers a proxy with an empty `Logger` object',
    ours: 'without `Logger`; with `counters`, and `landed` on each toxic',
    because: 'whether a fault touched anything is what a test must know',
  },
  version: {
    toxiproxy: '`/version` says `git` when built with go install',
    ours: 'says the version whose API it speaks, with ours behind a plus sign',
    because: 'clients that compare versions should find the API they know',
  },
  'metrics-always': {
    toxiproxy: '`/metrics` exists with `-proxy-metrics` or `-runtime-metrics` only',
    ours: 'always',
    because: 'they are read from counters that run anyway',
  },
  'metrics-live': {
    toxiproxy: 'byte counters move when a connection closes',
    ours: 'as the bytes flow',
    because: 'pooled connections never close during a test',
  },
  'reset-open': {
    toxiproxy: '`reset_peer` ends connections that were open before it with FIN',
    ours: 'with RST, to both sides, on new and on open connections',
    because: 'each connection of a pool is an open one',
  },
  'timeout-once': {
    toxiproxy: '`timeout` starts anew with each chunk, so steady traffic never times out',
    ours: 'counts from the moment the toxic met the connection',
    because: 'that is what its documentation says',
  },
  'timeout-keeps': {
    toxiproxy: '`timeout` drops the data, and removing it closes the connection',
    ours: 'keeps the data (reading stops at a bound) and passes it on when removed',
    because: 'a network that comes back delivers late; documented so by Toxiproxy’s own clients',
  },
  'half-close': {
    toxiproxy: 'a FIN from one side closes both, and the answer is lost',
    ours: 'passes the FIN on; the other direction lives until its own',
    because: 'TCP allows it, and protocols that end a request with FIN rely on it',
  },
  'rst-passes': {
    toxiproxy: 'turns a RST from one side into a FIN for the other',
    ours: 'passes it on as RST',
    because: 'a crash and a clean end are different faults to a client',
  },
  'toxicity-once': {
    toxiproxy: 'draws toxicity anew for each update of the toxic',
    ours: 'draws once per connection; an update compares the same draw with the new toxicity',
    because: 'else an update of one attribute moves the fault to other connections',
  },
  seed: {
    toxiproxy: '`-seed` has no effect',
    ours: 'replays every draw: the n-th connection of a proxy meets the same chance',
    because: 'a failing run must be repeatable',
  },
  'never-blocks': {
    toxiproxy:
      'an upstream that never answers the handshake blocks DELETE, then GET /proxies and /reset (503 after 25 s)',
    ours: 'answers at once and drops the pending connections',
    because: 'there must be a way back exactly then',
  },
  'few-logs': {
    toxiproxy: 'logs each call and each connection to stdout, as much as `LOG_LEVEL` says',
    ours: 'logs one line, when it listens; `LOG_LEVEL` does nothing',
    because: '`/events` tells what passes, and to whom it concerns',
  },
  'bad-start': {
    toxiproxy: 'with a missing or bad config file, or a port in use, logs it and lives on',
    ours: 'says so and exits with 1',
    because: 'a test against a proxy that does not do what its config says is worth nothing',
  },
} as const satisfies Record<string, Difference>

export type DifferenceId = keyof typeof differences
