variable "subscription_id" {
  description = "Azure subscription that everything goes into."
  type        = string
}

variable "name" {
  description = "Name of this fleet, at the front of every resource's name; 3 to 16 letters and digits."
  type        = string
  default     = "sdfleet"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{2,15}$", var.name))
    error_message = "name is 3 to 16 of a-z and 0-9, a letter first."
  }
}

variable "location" {
  description = "Azure region; it must have quota for the GPU size, on spot too."
  type        = string
  default     = "westeurope"
}

variable "namespace" {
  description = "Kubernetes namespace of the release; identities are bound to its service accounts."
  type        = string
  default     = "sdfleet"
}

variable "release" {
  description = "Name of the Helm release; the service accounts begin with it."
  type        = string
  default     = "prod"
}

variable "gpu_vm_size" {
  description = "Size of the GPU nodes. Standard_NC4as_T4_v3 has one T4 (16 GB), Standard_NC24ads_A100_v4 one A100 (80 GB)."
  type        = string
  default     = "Standard_NC4as_T4_v3"
}

variable "gpu_spot_max_nodes" {
  description = "Most GPU nodes on spot. They are the cheap ones, and may go with 30 seconds' notice."
  type        = number
  default     = 20
}

variable "gpu_max_nodes" {
  description = "Most GPU nodes on demand, for when there is no spot capacity."
  type        = number
  default     = 4
}

variable "postgres_sku" {
  description = "Size of the PostgreSQL server."
  type        = string
  default     = "GP_Standard_D4ds_v5"
}

variable "rabbitmq_plan" {
  description = "Plan of the RabbitMQ cluster at CloudAMQP, which runs it on Azure; Azure has none of its own. Three nodes, for quorum queues."
  type        = string
  default     = "rabbit-3"
}

variable "tags" {
  description = "Tags of every resource that takes some."
  type        = map(string)
  default     = {}
}
