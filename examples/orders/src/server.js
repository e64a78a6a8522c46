import express from 'express'
import { cached } from './cache.js'
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
  try {
    response.status(201).json(await placeOrder({ reference, sku, quantity }))
  } catch (error) {
    console.error('could not place the order', error)
    response.status(400).json({ error: 'could not place the order' })
  }
})

app.get('/orders', async (request, response) => {
  response.json(await findOrders(request.query.reference))
})

app.listen(process.env.PORT ?? 3000, () => console.log('listening'))
