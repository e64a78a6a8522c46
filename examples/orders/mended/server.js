import express from 'express'
import { cached } from './cache.js'
import { pool } from './database.js'
import { findOrders, findProduct, placeOrder } from './orders.js'

const app = express()
app.use(express.json())

app.get('/health', (_request, response) => {
  response.json({ status: 'ok' })
})

app.get('/products/:sku', async (request, response) => {
  const { sku } = request.params
  const product = await cached(`product:${sku}`, 60, () => findProduct(sku))
  if (!product) return response.status(404).json({ error: 'no such product' })
  response.json(product)
})

app.post('/orders', async (request, response) => {
  const { reference, sku, quantity } = request.body
  response.status(201).json(await placeOrder({ reference, sku, quantity }))
})

app.get('/orders', async (request, response) => {
  response.json(await findOrders(request.query.reference))
})

app.use((error, _request, response, _next) => {
  console.error('failed:', error.message)
  response.status(503).type('application/problem+json')
  response.json({ title: 'Try again', code: 'unavailable', outcome: 'unknown' })
})

const server = app.listen(process.env.PORT ?? 3000, () => console.log('listening'))

// What is under way is finished; the balancer sends no more.
process.on('SIGTERM', () => {
  server.close(() => pool.end().then(() => process.exit(0)))
  setTimeout(() => process.exit(0), 5_000).unref()
})
