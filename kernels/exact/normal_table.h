/* The upper tail of the normal distribution, divided by its density.
 * Made by docs/approximations/exact.py. */
#ifndef VACT_EXACT_NORMAL_TABLE_H
#define VACT_EXACT_NORMAL_TABLE_H

#include "dd.h"

static const dd inverse_sqrt_2_pi = {0x1.9884533d43651p-2, -0x1.cbc0d30ebfd15p-56};

/* At j/8. */
static const dd mills[118] = {
    {0x1.40d931ff62706p+0, -0x1.a6a0d6f814637p-54}, {0x1.23329ae210ff4p+0, -0x1.eb1d40d393e77p-54},
    {0x1.09aedf1446de3p+0, 0x1.0f579c7841b83p-55},  {0x1.e72e927666adap-1, -0x1.f458be3030644p-57},
    {0x1.c0b2d78fb0db8p-1, 0x1.f03fc945f6d6bp-56},  {0x1.9efe466edb8d2p-1, 0x1.4057d67f9c6b3p-56},
    {0x1.81510273fa9f7p-1, -0x1.6dafd8b8422a5p-55}, {0x1.670e47a65a82dp-1, -0x1.a27cb0f3e0c90p-56},
    {0x1.4fb53a9eb0a1cp-1, 0x1.f3a27ff1fa5b6p-56},  {0x1.3adb542dfc7bap-1, -0x1.1e2d479060ae6p-58},
    {0x1.282805b693bb5p-1, -0x1.0951817ce278bp-55}, {0x1.17514c7e7bec5p-1, -0x1.a77ca7e09b34bp-55},
    {0x1.0818fcc1d2b2dp-1, -0x1.45705da5bff85p-55}, {0x1.f49535cbfbfeep-2, 0x1.a7fb5eec99765p-56},
    {0x1.db73467cf148ep-2, -0x1.13d48d8ca55fap-56}, {0x1.c48050a308297p-2, -0x1.c5b621b9eed03p-56},
    {0x1.af7b6a4d54e8dp-2, -0x1.1d868ca5c856ap-57}, {0x1.9c2ccac41d903p-2, -0x1.ec4d3305e1027p-56},
    {0x1.8a6450445bb96p-2, 0x1.ab6e9e8de335ap-56},  {0x1.79f84a0a01afcp-2, 0x1.5c93f12a93a87p-61},
    {0x1.6ac4792d19de8p-2, 0x1.3a97f8f795bddp-57},  {0x1.5ca93db40451fp-2, -0x1.1fc9f6a87efdcp-57},
    {0x1.4f8ae774d1389p-2, 0x1.b3ea0f61ca78dp-56},  {0x1.43512418e52bep-2, 0x1.cc5fb2ea66750p-56},
    {0x1.37e684ee8e185p-2, 0x1.59d67caa83d55p-58},  {0x1.2d38184268d98p-2, 0x1.a597f43885b05p-59},
    {0x1.233512cf6779ap-2, -0x1.b846254021106p-57}, {0x1.19ce867cd112cp-2, 0x1.f59a42535f832p-56},
    {0x1.10f724278b794p-2, -0x1.4caa5e4b5f17dp-58}, {0x1.08a3069eed562p-2, -0x1.ef59282912ebbp-58},
    {0x1.00c785530ab11p-2, 0x1.06768791f8186p-56},  {0x1.f2b61aeec5b59p-3, -0x1.e7f7c9baa4e09p-57},
    {0x1.e4aa012912ddep-3, 0x1.538abcb9214a8p-58},  {0x1.d75b2f61191ddp-3, -0x1.0ce2584eca4d7p-58},
    {0x1.cabb94b532c3ap-3, -0x1.f79d39e3e71b1p-59}, {0x1.bebe7208c36efp-3, 0x1.ee5c2bae17c5dp-58},
    {0x1.b3583458b8dc3p-3, 0x1.4a943606a6357p-57},  {0x1.a87e53e063906p-3, -0x1.4d1926bbbf443p-57},
    {0x1.9e27375ea4545p-3, -0x1.ceef22d9e1d0ep-57}, {0x1.944a1ae7055f7p-3, -0x1.9983d30d46545p-58},
    {0x1.8adef9c13f89dp-3, 0x1.b16c08b7f31f2p-58},  {0x1.81de7aecbf923p-3, -0x1.ca61815a725c6p-57},
    {0x1.7941dfedadc79p-3, 0x1.e01cd034d0497p-59},  {0x1.7102f59651d9cp-3, -0x1.aff55ec673728p-59},
    {0x1.691c068ae0ee8p-3, 0x1.f32049436700ep-59},  {0x1.6187cf4733979p-3, 0x1.9ad04fd0db40fp-57},
    {0x1.5a417375d8c66p-3, 0x1.0febc5d4de751p-61},  {0x1.5344746eb961dp-3, -0x1.785b5cc3593bfp-57},
    {0x1.4c8ca8b939648p-3, 0x1.ee69cf55c268cp-57},  {0x1.46163472a2014p-3, -0x1.c0273d5833973p-57},
    {0x1.3fdd827dc763bp-3, -0x1.367cdddd24a9cp-58}, {0x1.39df3e6469646p-3, -0x1.6eb9ad313866ap-57},
    {0x1.34184ed5d9148p-3, -0x1.89c5aa729778ep-57}, {0x1.2e85d0b109902p-3, 0x1.118ca4035b316p-57},
    {0x1.2925128a71ccbp-3, 0x1.033142621fc2fp-57},  {0x1.23f390a01532fp-3, -0x1.9e693bf54a305p-57},
    {0x1.1eeef12fb5865p-3, 0x1.bf8cc02ecd582p-57},  {0x1.1a150124a3ce9p-3, 0x1.0dd4ad3f45dd2p-58},
    {0x1.1563b113e802cp-3, 0x1.ecbc9772b515bp-59},  {0x1.10d9127e8f293p-3, -0x1.1c9e1f7c37028p-61},
    {0x1.0c735552e368ep-3, 0x1.2690da8f1fa82p-58},  {0x1.0830c5a626416p-3, 0x1.48fc7d22433fbp-58},
    {0x1.040fc9a11f089p-3, -0x1.e82ce2dcacf64p-58}, {0x1.000edf9a72987p-3, -0x1.cc3be4638e6efp-57},
    {0x1.f85938b48fbd8p-4, -0x1.7cf7be04427c3p-60}, {0x1.f0cf530674e10p-4, -0x1.8dd9e4c37942fp-62},
    {0x1.e97d883a154bap-4, 0x1.70789049382f5p-58},  {0x1.e261767bb81d2p-4, -0x1.735d07dd8871cp-59},
    {0x1.db78dd9e51e42p-4, 0x1.ea0950675c820p-59},  {0x1.d4c19cd7baf9ep-4, 0x1.1451197bddd0cp-61},
    {0x1.ce39b0aaa0f6cp-4, 0x1.1da3236ece7a5p-58},  {0x1.c7df30fa163d1p-4, -0x1.fa7801c72ee4fp-60},
    {0x1.c1b04f430c789p-4, 0x1.5652cb83a3548p-60},  {0x1.bbab54f8651d0p-4, -0x1.7a3e10d49e599p-58},
    {0x1.b5cea1fe96c52p-4, 0x1.85af2aeef3b85p-63},  {0x1.b018ab44311a2p-4, -0x1.3aaf0ed608c98p-58},
    {0x1.aa87f974cba9dp-4, 0x1.2c880d55041aep-58},  {0x1.a51b27c427c26p-4, 0x1.b2c40d89681dfp-61},
    {0x1.9fd0e2cf82d29p-4, 0x1.a6e34e041f0f5p-59},  {0x1.9aa7e79346b06p-4, 0x1.033b425ad99efp-60},
    {0x1.959f0273701b2p-4, -0x1.d9321b5f64b3cp-58}, {0x1.90b50e552a676p-4, -0x1.c7eb18e2f293cp-59},
    {0x1.8be8f3c841f8fp-4, -0x1.530e22efe6b7dp-58}, {0x1.8739a83f2e6fbp-4, 0x1.1c94e341cda3cp-58},
    {0x1.82a62d54919abp-4, -0x1.87f5afb5b6674p-58}, {0x1.7e2d901d21afdp-4, -0x1.ab95fe5b064edp-60},
    {0x1.79cee8850c419p-4, -0x1.b89e1c9cc3b85p-64}, {0x1.758958b7f42f6p-4, -0x1.7c36e87fabf0ep-58},
    {0x1.715c0c92bf9dbp-4, -0x1.3ac2b9b45f5e1p-58}, {0x1.6d46391e7c0cbp-4, 0x1.bded5cf6f7629p-58},
    {0x1.69471c13ae1a2p-4, 0x1.105f2ad4a980fp-59},  {0x1.655dfb657083cp-4, -0x1.9862a2bab2e0fp-60},
    {0x1.618a24d3d2c31p-4, 0x1.f69ceb4f71b0ep-58},  {0x1.5dcaed84f334ap-4, 0x1.92a9a0962dbfep-58},
    {0x1.5a1fb1a45b4ecp-4, 0x1.4ac0630ab95bcp-59},  {0x1.5687d4082e0e1p-4, -0x1.38c485bd4ba95p-58},
    {0x1.5302bddbc185fp-4, 0x1.266a44b986321p-61},  {0x1.4f8fde4f44898p-4, 0x1.3dd043b956b65p-61},
    {0x1.4c2eaa4c18b4dp-4, 0x1.e35f7db16133cp-60},  {0x1.48de9c2d8fd37p-4, -0x1.38aa005ab2fbep-58},
    {0x1.459f337dc1c2ap-4, -0x1.0b5b1ede3b4eap-59}, {0x1.426ff4b6358d9p-4, 0x1.dadb13cc06da2p-62},
    {0x1.3f5069041da7bp-4, 0x1.f2121d40f212ap-58},  {0x1.3c401e0febe4cp-4, -0x1.dea6b2f8faaadp-58},
    {0x1.393ea5c80623ep-4, -0x1.972a6a7202250p-59}, {0x1.364b962e68a27p-4, -0x1.b47ff3383d381p-58},
    {0x1.3366892906932p-4, -0x1.2d02cd2459b95p-58}, {0x1.308f1c54bcf94p-4, 0x1.b90ca2853beccp-62},
    {0x1.2dc4f0daaee1ap-4, 0x1.61cc6d17d3259p-61},  {0x1.2b07ab47e4f0ep-4, 0x1.6aea3c4c234dap-58},
    {0x1.2856f3670ce38p-4, 0x1.73560f08028d5p-59},  {0x1.25b2741c380b6p-4, -0x1.48c7b02008376p-58},
    {0x1.2319db427a17dp-4, -0x1.1caa5dd3f81c2p-59}, {0x1.208cd98b4b899p-4, 0x1.20ad21285a09dp-59},
    {0x1.1e0b225f95205p-4, -0x1.35b0a39cb7b47p-62}, {0x1.1b946bc24b57cp-4, -0x1.9306e21589eedp-61},
    {0x1.19286e3482b02p-4, -0x1.f211074a0d2ffp-60}, {0x1.16c6e49ae704cp-4, -0x1.35709d2fcd7c3p-58},
};

#endif
