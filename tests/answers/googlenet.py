"""GoogLeNet, from its table."""

from written import inception as written

from answers import right, wrong

googlenet = written.googlenet
for answer in written.RIGHT_NET:
    right("googlenet")(answer)
for answer, pattern in (
    (googlenet(response=False), r"layer norm1: it is missing.*\n.*Local response normalisation is missing"),
    (googlenet(skip=("4c",)), r"stage inception_4 has 4 modules in your net, the paper's has 5.*\n.*inception_4c"),
    (googlenet(skip=("3b", "4b")), r"stage inception_3 has 1 module in your net, the paper's has 2"),
    (googlenet(pools=("4a",)), r"layer pool4: it is missing"),
    (googlenet(pools=("3b", "5a")), r"after inception_3a: you have a 3×3 max pooling"),
    (googlenet(change={"4d": (112, 144, 288, 32, 64, 32)}), r"inception_4d_pool_proj: your map is 14×14×32.*14×14×64"),
    (googlenet(change={"5b": (384, 192, 384, 32, 128, 128)}), r"inception_5b_5x5_reduce: your map is 7×7×32.*7×7×48"),
    (googlenet(average=False), r"layer pool5: you have max pooling, the paper has average pooling"),
    (googlenet(written.changed(kernel=3)), r"layer inception_3a_5x5: you have 3×3 kernels.*5×5 kernels"),
    (googlenet(written.changed(pool="average")), r"inception_3a_pool: you have average pooling.*max pooling"),
):
    wrong("googlenet", pattern)(answer)
