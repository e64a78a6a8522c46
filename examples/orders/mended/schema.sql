create table orders (
  id bigint generated always as identity primary key,
  reference text not null unique,
  sku text not null,
  quantity int not null,
  created_at timestamptz not null default now()
);

create table products (sku text primary key, title text not null, price_cents int not null);
insert into products
  select 'sku-' || n, 'Product ' || n, 100 * n from generate_series(1, 50) as n;
