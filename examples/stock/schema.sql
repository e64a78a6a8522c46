create table movements (
  reference text primary key,
  sku text not null,
  amount int not null
);
