const hint = /pass(word|wd)?"|secret|token|authorization|cookie|api[-_]?key|:\/\/[^/"\s]*@/i
const secretName =
  /^(.*[-_])?(pass(word|wd)?|secret|token|authorization|cookie|set-cookie|api[-_]?key)$/i
const credentials = /(:\/\/)[^/@"\s]+@/g
const hidden = '[redacted]'

/**
 * One line of JSON without secrets: values of members called password, token, cookie and the like,
 * and user information in URLs. The test by `hint` keeps the usual line at the speed of `stringify`.
 */
export function stringifyRedacted(value: object): string {
  const line = JSON.stringify(value)
  if (!hint.test(line)) return line
  return JSON.stringify(value, (name, member: unknown) => {
    if (typeof member === 'string') {
      return secretName.test(name) ? hidden : member.replace(credentials, `$1${hidden}@`)
    }
    return secretName.test(name) && typeof member !== 'object' ? hidden : member
  })
}
