export async function summary(rows) {
  "use cache";
  return `${rows.length} rows`;
}
