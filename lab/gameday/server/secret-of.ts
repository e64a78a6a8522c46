/** The secret that a request brings, or an empty text. */
export function secretOf({
  authorization,
}: Readonly<Record<string, string | string[] | undefined>>): string {
  const [, secret = ''] = /^Bearer ([\w-]{1,100})$/.exec(`${authorization ?? ''}`) ?? []
  return secret
}
