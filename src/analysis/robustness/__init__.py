"""The multiverse: findings under other reasonable choices, joint permutation tests, overview."""
