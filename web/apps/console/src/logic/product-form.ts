// The product editor's form: what the fields hold while somebody types, what is wrong with it, and
// the body the server gets. Amounts are typed as text ("9.90") and become minor units only here.
import type { Product, ProductDraft } from '@vitrine/sdk';

export interface VariantForm {
  /** Stable key for the list while rows come and go; never sent. */
  key: number;
  sku: string | null;
  name: string;
  price: string;
  /** Units on sale now: the first stock of a new variant, the wanted free stock of a known one. */
  stock: string;
  freeBefore: number;
}

export interface PictureForm {
  picture: string;
  url: string;
}

export interface ProductForm {
  name: string;
  description: string;
  category: string;
  pictures: PictureForm[];
  ships: boolean;
  variants: VariantForm[];
  version: number | null;
}

export const limits = { name: 80, description: 4000, category: 40, variantName: 60, pictures: 9, variants: 50 };

/** Field path ("name", "variants.0.price") -> message key. Empty when the form can be saved. */
export type FormErrors = Record<string, string>;

let nextKey = 1;

export function emptyVariant(): VariantForm {
  return { key: nextKey++, sku: null, name: '', price: '', stock: '', freeBefore: 0 };
}

export function emptyForm(): ProductForm {
  return { name: '', description: '', category: '', pictures: [], ships: true, variants: [emptyVariant()], version: null };
}

/** Minor units as an editable number: 990 -> "9.90". */
export function amountText(amount: number): string {
  return (amount / 100).toFixed(2);
}

/** "9.9" -> 990; null when it is not an amount with at most two decimals. */
export function parseAmount(text: string): number | null {
  const match = /^(\d{1,8})(?:\.(\d{1,2}))?$/.exec(text.trim());
  if (!match) return null;
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}

export function parseCount(text: string): number | null {
  return /^\d{1,7}$/.test(text.trim()) ? Number(text.trim()) : null;
}

/** The id in a picture's address, "/v1/pictures/pic_1" -> "pic_1". */
export function pictureId(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

export function formOf(product: Product): ProductForm {
  return {
    name: product.name,
    description: product.description,
    category: product.category,
    pictures: product.pictures.map((url) => ({ picture: pictureId(url), url })),
    ships: product.needs_shipping,
    variants: product.variants.map((variant) => ({
      key: nextKey++,
      sku: variant.sku,
      name: variant.name,
      price: amountText(variant.price.amount),
      stock: String(variant.stock.free),
      freeBefore: variant.stock.free,
    })),
    version: product.version,
  };
}

export function formErrors(form: ProductForm): FormErrors {
  const errors: FormErrors = {};
  if (form.name.trim() === '') errors.name = 'product.error.name_empty';
  else if (form.name.length > limits.name) errors.name = 'product.error.name_long';
  if (form.description.length > limits.description) errors.description = 'product.error.description_long';
  const names = new Set<string>();
  form.variants.forEach((variant, index) => {
    const name = variant.name.trim();
    if (form.variants.length > 1 && name === '') errors[`variants.${index}.name`] = 'product.error.variant_name_empty';
    else if (names.has(name)) errors[`variants.${index}.name`] = 'product.error.variant_name_twice';
    names.add(name);
    const amount = parseAmount(variant.price);
    if (!amount) errors[`variants.${index}.price`] = 'product.error.price';
    const stock = parseCount(variant.stock);
    if (stock === null) errors[`variants.${index}.stock`] = 'product.error.stock';
  });
  return errors;
}

/**
 * The body for POST or PUT /v1/products. Call only when formErrors() is empty.
 * `plainName` is what a single variant without a name is called: the server wants one.
 */
export function writeBody(form: ProductForm, currency: string, plainName: string): ProductDraft {
  return {
    name: form.name.trim(),
    description: form.description.trim(),
    category: form.category.trim(),
    pictures: form.pictures.map((picture) => picture.picture),
    needs_shipping: form.ships,
    variants: form.variants.map((variant) => ({
      ...(variant.sku ? { sku: variant.sku } : { initial_stock: parseCount(variant.stock) ?? 0 }),
      name: variant.name.trim() || plainName,
      price: { amount: parseAmount(variant.price) ?? 0, currency },
    })),
    ...(form.version === null ? {} : { version: form.version }),
  };
}

/** The stock movements that bring known variants to what was typed. */
export function stockChanges(form: ProductForm): { sku: string; change: number }[] {
  return form.variants.flatMap((variant) => {
    const wanted = parseCount(variant.stock);
    if (!variant.sku || wanted === null || wanted === variant.freeBefore) return [];
    return [{ sku: variant.sku, change: wanted - variant.freeBefore }];
  });
}
