// café
model M {}
