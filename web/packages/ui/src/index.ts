export * from './coupon-text';
export * from './format';
export * from './locale';
export * from './problems';
export * from './words';
