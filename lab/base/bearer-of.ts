/** The header by which an API is given the token that it asks for; none where it asks for none. */
export function bearerOf(token: string | undefined): Readonly<Record<string, string>> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
}
