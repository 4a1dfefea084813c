"""The numbers that a training step draws: Philox4x32-10 (Salmon et al., SC 2011), counted by step and element.

Written after the paper and the project's definition of counters, so that masks of dropout and random slopes can be given
to frameworks that draw their own otherwise.
"""

import numpy as np

MASK = 0xFFFFFFFF


def philox(counter, key):
    """Four words for a counter of four words and a key of two."""
    a, b, c, d = counter
    key_0, key_1 = key
    for _ in range(10):
        product_0, product_1 = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (product_1 >> 32) ^ b ^ key_0, product_1 & MASK, (product_0 >> 32) ^ d ^ key_1, product_0 & MASK
        key_0, key_1 = (key_0 + 0x9E3779B9) & MASK, (key_1 + 0xBB67AE85) & MASK
    return a, b, c, d


# A known answer of Random123 (tests/kat_vectors).
assert philox((0, 0, 0, 0), (0, 0)) == (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)


def uniform(seed, stream, step, samples, features):
    """Draws from [0, 1), an array (samples, features): multiples of 2**-24, the same in any precision."""
    draws = np.empty((samples, features))
    for feature in range(features):
        for sample in range(samples):
            block = sample // 64 * 16 + sample % 16
            counter = (block, feature, step & MASK, (stream & 0xFFFF) | (step >> 32) << 16)
            word = philox(counter, (seed & MASK, seed >> 32))[sample // 16 % 4]
            draws[sample, feature] = (word >> 8) / 2**24
    return draws
