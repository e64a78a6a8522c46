import DataLoader from 'dataloader'
import type { FastifyRequest } from 'fastify'
import {
  buildSchema,
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  parse as parseQuery,
  specifiedRules,
  validate,
} from 'graphql'
import { z } from 'zod'
import { parse, toProblem } from '../../http/problems.ts'
import type { Identity } from '../../identity/identity.ts'
import { Problem } from '../../problem.ts'
import { limitDepth, limitFields, maxTokens } from './graphql-limits.ts'
import { formatCents } from './money.ts'
import type { Order, OrderLine } from './order.ts'
import type { Product } from './product.ts'
import type { Products } from './products.ts'
import type { Orders } from './repository.ts'

const schema = buildSchema(`
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
`)
const maxPage = 100
const byId = z.object({ id: z.uuid() })
const first = z.int().min(1).max(maxPage)
const productPage = z.object({ first, after: z.string().max(40) })
const orderPage = z.object({ first, after: z.int().min(0) })

export interface GraphqlParts {
  readonly identity: Identity
  readonly orders: Orders
  readonly products: Products
}

interface Question {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined
  readonly operationName?: string | null | undefined
}

/** Answers a question of who sent the request; it is valid, and answered whole, or says why not. */
export type Graphql = (
  question: Question,
  request: FastifyRequest,
) => Promise<{ readonly status: number; readonly body: ExecutionResult }>

type Read =
  | { readonly document: DocumentNode; readonly errors?: never }
  | { readonly document?: never; readonly errors: readonly GraphQLError[] }

export function createGraphql(parts: GraphqlParts): Graphql {
  return async ({ query, variables, operationName }, request) => {
    const { document, errors } = read(query)
    if (errors) return toAnswer({ errors })
    return toAnswer(
      await execute({
        schema,
        document,
        rootValue: rootOf(parts, request),
        variableValues: variables,
        operationName,
      }),
    )
  }
}

/** What is asked, or all that is wrong with it. */
function read(query: string): Read {
  try {
    const document = parseQuery(query, { maxTokens })
    const errors = validate(schema, document, [...specifiedRules, limitFields, limitDepth])
    return errors.length > 0 ? { errors } : { document }
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] }
    throw error
  }
}

/** For one question: whatever its fields ask for in the same breath is read at once. */
function rootOf({ identity, orders, products }: GraphqlParts, request: FastifyRequest) {
  const linesOf = new DataLoader<string, readonly OrderLine[]>(async ids => {
    const lines = await orders.linesOf(ids)
    return ids.map(id => lines.filter(line => line.orderId === id))
  })
  const productOf = new DataLoader<string, Product | undefined>(async ids => {
    const found = await products.many(ids)
    return ids.map(id => found.find(each => each.id === id))
  })
  const showProduct = (product: Product) => ({
    ...product,
    price: formatCents(product.priceCents),
  })
  const showLine = (line: OrderLine, order: Order) => ({
    ...line,
    unitPrice: formatCents(line.unitPriceCents),
    product: async () => {
      const product = await productOf.load(line.productId)
      return product && showProduct(product)
    },
    order: (): object => showOrder(order),
  })
  const showOrder = (order: Order) => ({
    ...order,
    total: formatCents(order.totalCents),
    lines: async () => (await linesOf.load(order.id)).map(line => showLine(line, order)),
  })
  return {
    product: async (args: unknown) => {
      const product = await productOf.load(parse(byId, args).id)
      return product && showProduct(product)
    },
    products: async (args: unknown) => {
      const { first: limit, after } = parse(productPage, args)
      return (await products.list({ after, limit, all: false })).map(showProduct)
    },
    orders: async (args: unknown) => {
      const { userId } = await identity.caller(request)
      const { first: limit, after } = parse(orderPage, args)
      return (await orders.list(userId, { after, limit })).map(showOrder)
    },
  }
}

function toAnswer({ data = null, errors = [] }: ExecutionResult) {
  if (errors.length === 0) return { status: 200, body: { data } }
  const told = errors.map(withCode)
  return { status: statusOf(told), body: { data, errors: told } }
}

/** What a resolver threw, as a problem's code; a fault of the query is `graphql-invalid`. */
function withCode(error: GraphQLError): GraphQLError {
  const cause = error.originalError
  const { code, status, outcome, title } =
    cause && !(cause instanceof GraphQLError)
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
