# Network of the staging cluster.
terraform {
  required_version = ">= 1.5"

  backend "s3" {
    bucket = "state"
  }
}

provider "aws" {
  region = var.region
}

variable "region" {
  type    = string
  default = "eu-central-1"
}

/* Names that are used everywhere. */
locals {
  prefix = "stage"
  tags   = { owner = "platform" }
}

// The network.
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"

  tags = merge(local.tags, { Name = local.prefix })

  lifecycle {
    prevent_destroy = true
  }
}

# TODO: one subnet a zone
resource "aws_subnet" "public" {
  for_each = toset(["a", "b"])
  vpc_id   = aws_vpc.main.id

  dynamic "timeouts" {
    for_each = [1]
    content {
      create = "5m"
    }
  }
}

data "aws_ami" "ubuntu" {
  most_recent = true
}

module "bastion" {
  source = "./modules/bastion"
  ami    = data.aws_ami.ubuntu.id
}

output "vpc_id" {
  value = aws_vpc.main.id
}

resource "null_resource" "before" {
  count = 1
}

resource "null_resource" "wrong" {
  count = [1, 2
}

resource "null_resource" "after" {
  count = 2
}
