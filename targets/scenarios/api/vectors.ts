/** What attackers send, by kind; OWASP's cheat sheets are the source. */
export const attacks = {
  sql: [
    "' OR '1'='1",
    "' OR 1=1 --",
    "admin'--",
    "'; DROP TABLE accounts_users; --",
    "' UNION SELECT password_hash FROM accounts_users --",
    "1; UPDATE identity_roles SET role='admin'",
    "' AND (SELECT pg_sleep(3)) IS NULL --",
    "\\'; DELETE FROM orders_orders; --",
    "x' || (SELECT version()) || '",
    "$$; COPY accounts_users TO PROGRAM 'id'; $$",
  ],
  xss: [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "javascript:alert('x')",
    '<svg/onload=alert(1)>',
    '{{constructor.constructor("alert(1)")()}}',
  ],
  json: {
    'a prototype': '{"__proto__":{"admin":true},"sku":"a","name":"b","price":"1.00"}',
    'a constructor': '{"constructor":{"prototype":{"admin":true}}}',
    'a list': '[]',
    nothing: 'null',
    'a text': '"text"',
    'half a body': '{"sku":',
    'wrong types': '{"sku":"a","sku":["b"],"name":{"toString":1},"price":1}',
    'a deep nest': `{"name":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    'a null character': '{"sku":"a","name":"\\u0000","price":"1.00"}',
    'a huge body': `{"name":"${'x'.repeat(300_000)}"}`,
  },
} as const
