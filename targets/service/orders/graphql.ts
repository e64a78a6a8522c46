import { GraphQLError, type ValidationRule } from 'graphql'
import mercurius, { type MercuriusContext } from 'mercurius'
import { z } from 'zod'
import { parse, toProblem } from '../http/problems.ts'
import type { Identity } from '../identity/identity.ts'
import type { Http } from '../kit.ts'
import { Problem } from '../problem.ts'
import { formatCents } from './money.ts'
import type { Products } from './products.ts'
import type { Orders } from './repository.ts'

const schema = `
  type Product { id: ID!, sku: String!, name: String!, price: String!, available: Int! }
  type Line {
    sku: String!, name: String!, unitPrice: String!, quantity: Int!, product: Product, order: Order!
  }
  type Order { id: ID!, number: Int!, status: String!, total: String!, lines: [Line!]! }
  type Query {
    product(id: ID!): Product
    products(first: Int = 20, after: String = ""): [Product!]!
    orders(first: Int = 20, after: Int = 0): [Order!]!
  }
`
/** Orders lead to lines and those back to orders: without a bound, each round costs more. */
const maxDepth = 5
const maxFields = 200
const maxPage = 100

/** Each alias of a list is a query of its own, at no depth. */
const limitFields: ValidationRule = context => {
  let count = 0
  return {
    Field: nodes => {
      count += 1
      if (count !== maxFields + 1) return
      context.reportError(new GraphQLError(`More than ${maxFields} fields.`, { nodes }))
    },
  }
}

const byId = z.object({ id: z.uuid() })
const first = z.int().min(1).max(maxPage)
const productPage = z.object({ first, after: z.string().max(40) })
const orderPage = z.object({ first, after: z.int().min(0) })

interface Parts {
  readonly identity: Identity
  readonly orders: Orders
  readonly products: Products
}

/** The same data as under `/v1`, by GraphQL; each kind of thing is read once per query. */
export function addGraphql(http: Http, { identity, orders, products }: Parts): void {
  http.register(mercurius, {
    schema,
    queryDepth: maxDepth,
    validationRules: [limitFields],
    graphiql: false,
    allowBatchedQueries: false,
    resolvers: {
      Query: {
        product: async (_root: unknown, args: unknown) =>
          (await products.many([parse(byId, args).id]))[0] ?? null,
        products: (_root: unknown, args: unknown) => {
          const { first: limit, after } = parse(productPage, args)
          return products.list({ after, limit, all: false })
        },
        orders: async (_root: unknown, args: unknown, context: MercuriusContext) => {
          const { userId } = await identity.caller(context.reply.request)
          const { first: limit, after } = parse(orderPage, args)
          return orders.list(userId, { after, limit })
        },
      },
      Product: { price: (product: { priceCents: number }) => formatCents(product.priceCents) },
      Order: { total: (order: { totalCents: number }) => formatCents(order.totalCents) },
      Line: { unitPrice: (line: { unitPriceCents: number }) => formatCents(line.unitPriceCents) },
    },
    loaders: {
      Order: {
        lines: async (queries: { obj: { id: string } }[]) => {
          const lines = await orders.linesOf(queries.map(({ obj }) => obj.id))
          return queries.map(({ obj: order }) =>
            lines.filter(line => line.orderId === order.id).map(line => ({ ...line, order })),
          )
        },
      },
      Line: {
        product: async (queries: { obj: { productId: string } }[]) => {
          const ids = queries.map(({ obj }) => obj.productId)
          const found = await products.many([...new Set(ids)])
          return ids.map(id => found.find(each => each.id === id) ?? null)
        },
      },
    },
    errorFormatter: execution => {
      const errors = (execution.errors ?? []).flatMap(faultsOf).map(withCode)
      return { statusCode: statusOf(errors), response: { data: execution.data ?? null, errors } }
    },
  })
}

const manyFaults = z.object({ errors: z.array(z.instanceof(Error)) })

/** All that is wrong with a query comes wrapped in one error, which says nothing of it. */
function faultsOf(error: GraphQLError): readonly GraphQLError[] {
  const wrapped = manyFaults.safeParse(error.originalError).data
  if (!wrapped) return [error]
  return wrapped.errors.map(each =>
    each instanceof GraphQLError ? each : new GraphQLError(each.message),
  )
}

/** What a resolver threw, as a problem's code; a fault of the query is `graphql-invalid`. */
function withCode(error: GraphQLError): GraphQLError {
  const cause = error.originalError
  const { code, status, outcome, title } =
    cause && cause.name !== 'FastifyError'
      ? toProblem(cause).details
      : new Problem({ status: 400, code: 'graphql-invalid', title: error.message }).details
  const extensions = { code, status, ...(outcome && { outcome }) }
  const { nodes, path } = error
  return new GraphQLError(title, { extensions, ...(nodes && { nodes }), ...(path && { path }) })
}

function statusOf(errors: readonly GraphQLError[]): number {
  const status = errors[0]?.extensions.status
  return typeof status === 'number' ? status : 500
}
